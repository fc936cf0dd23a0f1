import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import type { InstanceState, JsonObject } from '../../src/engine/index.js';
import { decodeState, encodeScope, encodeState } from '../../src/storage/stores/encoded-state.js';
import { executingElement, firstStep, headerOf } from '../support/step-writes.js';

/** Written by the first released form of the state: what every later server must still read. */
const SAMPLE = new URL('./state-samples/schema-1.json', import.meta.url);

const FULL: InstanceState = {
  ...firstStep(headerOf(1)).state,
  paused: true,
  endedAt: 1_800_000_000_500,
  variables: { amount: 5 },
  inbox: [{ type: 'message', elementInstanceId: 2, payload: { a: 1 }, action: 'approve', failure: null }],
  continuations: 3,
  scopes: {
    0: {
      id: 0,
      parentId: null,
      elements: [
        {
          ...executingElement(7),
          budgetFrom: 1,
          requestedBy: { command: 'RetryFailedTask', correlationId: 'c' },
          local: { x: 1 },
          dueAt: 5,
          subscription: { messageName: 'm', correlationKey: 'k' },
          arrived: ['Flow_1'],
          boundaryTimers: [{ nodeId: 'Boundary', dueAt: 9, remaining: null, every: null }],
          timersArmed: true,
          undo: { merged: { a: 1 }, absent: ['a'], values: {} },
          incident: {
            code: 'HTTP_503',
            message: 'unavailable',
            kind: 'technical',
            details: null,
            attempt: 1,
            at: 4,
            decision: { action: 'park', reason: 'the task has no retry policy' },
          },
        },
      ],
    },
  },
};

const decode = (text: string): InstanceState => decodeState(JSON.parse(text) as JsonObject, { amount: 5 }, null);

describe('the stored form of a state', () => {
  test('gives back every field, also those that are left out because they are usual', () => {
    const plain = {
      ...firstStep(headerOf(1)).state,
      variables: { amount: 5 },
      scopes: { 0: { id: 0, parentId: null, elements: [{ ...executingElement(7), owner: null }] } },
    };
    expect(decode(encodeState(plain))).toEqual(plain);
    expect(decode(encodeState(FULL))).toEqual(FULL);
    expect(encodeState(plain).length).toBeLessThan(JSON.stringify({ ...plain, variables: undefined }).length * 0.6);
  });

  test('gives back how often in a row an attempt was lost; what was written before it was counted was not lost', () => {
    const lost = { ...FULL, scopes: { 0: { id: 0, parentId: null, elements: [{ ...executingElement(7), lossesInARow: 2 }] } } };
    expect(decode(encodeState(lost))).toEqual(lost);
    expect(decode(encodeState(lost).replace(',"lossesInARow":2', '')).scopes[0]?.elements[0]?.lossesInARow).toBe(0);
  });

  test('keeps scopes of sub-processes apart', () => {
    const inner = { id: 4, parentId: 0, elements: [executingElement(1)] };
    const decoded = decodeState(
      JSON.parse(encodeState(FULL)) as JsonObject,
      {},
      { 4: JSON.parse(encodeScope(inner)) as JsonObject },
    );
    expect(decoded.scopes).toEqual({ ...FULL.scopes, 4: inner });
  });

  test('of schema 1 is still read, and still written', async () => {
    const sample = (await readFile(SAMPLE, 'utf8')).trim();
    expect(decode(sample)).toEqual(FULL);
    expect(encodeState(FULL)).toBe(sample);
  });

  test('of a newer server is refused rather than misread', () => {
    expect(() => decode(encodeState({ ...FULL, schema: 2 }))).toThrow('a newer server has written it');
  });
});
