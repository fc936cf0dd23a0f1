import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import type { InstanceState, JsonObject } from '../../src/engine/index.js';
import { decodeState, encodeScope, encodeState } from '../../src/storage/stores/encoded-state.js';
import { executingElement, firstStep, headerOf } from '../support/step-writes.js';

/** Written by the released forms of the state: what every later server must still read. */
const sample = async (schema: number): Promise<string> =>
  (await readFile(new URL(`./state-samples/schema-${schema}.json`, import.meta.url), 'utf8')).trim();

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
            errorClass: 'SERVICE_UNAVAILABLE',
            kind: 'technical',
            details: null,
            attempt: 1,
            at: 4,
            decision: { action: 'fail', reason: 'the task has no retry policy' },
            parkedFor: null,
          },
        },
      ],
    },
  },
};

const RECOVERING: InstanceState = {
  ...FULL,
  scopes: {
    0: {
      id: 0,
      parentId: null,
      elements: [
        {
          ...executingElement(7),
          owner: null,
          lock: { worker: 'w-1', lockedUntil: 1_800_000_030_000, heartbeatAt: 1_800_000_000_000 },
          dueAt: 1_800_000_030_000,
          requestedBy: { command: 'RetryNow', correlationId: null, ignoresCircuit: true },
          recovery: {
            budget: { maxAttempts: 3, curve: { delays: { kind: 'listed', delaysMs: [1_000] }, jitter: 'full' }, budgetMs: null },
            budgetSince: 1_800_000_000_000,
            totalDueAt: 1_800_000_060_000,
            reschedules: 1,
            heartbeat: { done: 5 },
            circuit: 'http://bureau.example:443',
            mayGoElsewhere: false,
            reconciling: false,
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

  test('of schema 1 is still read: its incidents get a class, and what it called parked waits for a person', async () => {
    expect(decode(await sample(1))).toEqual(FULL);
  });

  test('of schema 2 is still read, and still written', async () => {
    expect(decode(await sample(2))).toEqual(RECOVERING);
    expect(encodeState(RECOVERING)).toBe(await sample(2));
  });

  test('of a newer server is refused rather than misread', () => {
    expect(() => decode(encodeState({ ...FULL, schema: 3 }))).toThrow('a newer server has written it');
  });
});
