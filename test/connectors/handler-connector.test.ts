import { describe, expect, it } from '@jest/globals';
import { BpmnError, HandlerConnector, type TaskHandler } from '../../src/connectors/handlers/task-handler.js';
import { taskAttempt } from './task-attempt.js';

const run = (handler: TaskHandler, variables = {}) =>
  new HandlerConnector('type', handler).execute(taskAttempt({ variables }), new AbortController().signal);
/** A handler that gives what its type forbids, as JavaScript may. */
const giving = (value: () => unknown): TaskHandler => value as TaskHandler;

describe('a handler', () => {
  it('gets its own copy of the variables', async () => {
    const variables = { order: { lines: [1] } };
    const outcome = await run(({ variables: own }) => {
      const { order } = own as { order: { lines: number[] } };
      order.lines.push(2);
      return order.lines.length;
    }, variables);

    expect(outcome).toEqual({ kind: 'completed', result: 2 });
    expect(variables).toEqual({ order: { lines: [1] } });
  });

  it('cannot change its result after it was handed in', async () => {
    const kept = { n: 1 };
    const outcome = await run(() => kept);
    kept.n = 2;

    expect(outcome).toEqual({ kind: 'completed', result: { n: 1 } });
  });

  it('may leave out what is undefined, and give a Date as its text', async () => {
    const at = new Date(0);
    expect(await run(giving(() => ({ a: undefined, b: [undefined], at })))).toEqual({
      kind: 'completed',
      result: { b: [null], at: '1970-01-01T00:00:00.000Z' },
    });
    expect(await run(giving(() => undefined))).toEqual({ kind: 'completed', result: null });
  });

  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  it.each<[string, () => unknown]>([
    ['a function', () => ({ f: () => 1 })],
    ['NaN', () => ({ a: [NaN] })],
    ['a bigint', () => 1n],
    ['a Map', () => new Map([[1, 2]])],
    ['an Error', () => ({ why: new Error('lost') })],
    ['an invalid Date', () => new Date(NaN)],
    ['a Buffer', () => Buffer.from('x')],
    ['a circle', () => circle],
    ['a getter that throws', () => ({ get x() { throw new Error('no'); } })], // prettier-ignore
  ])('that returns %s fails its task rather than storing something else', async (_what, value) => {
    expect(await run(giving(value))).toMatchObject({ kind: 'failed', code: 'RESULT_NOT_STORABLE', message: expect.any(String) });
  });

  it.each<[string, unknown, object]>([
    ['an Error', new Error('down'), { kind: 'failed', code: 'HANDLER_ERROR', message: 'down' }],
    [
      'an Error with a code',
      Object.assign(new Error('down'), { code: 'ECONNREFUSED' }),
      { kind: 'failed', code: 'ECONNREFUSED', message: 'down' },
    ],
    [
      'a BpmnError',
      new BpmnError('NO_FUNDS', 'empty', { left: 0 }),
      { kind: 'bpmn-error', code: 'NO_FUNDS', message: 'empty', variables: { left: 0 } },
    ],
    ['undefined', undefined, { kind: 'failed', code: 'HANDLER_ERROR', message: 'undefined' }],
    ['null', null, { kind: 'failed', code: 'HANDLER_ERROR', message: 'null' }],
  ])('that throws %s fails its task with it', async (_what, thrown, outcome) => {
    expect(
      await run(() => {
        throw thrown;
      }),
    ).toEqual(outcome);
  });

  it('that outlasts the time-out of the model has failed by it, and its signal says so', async () => {
    let told: unknown;
    const handler: TaskHandler = (_attempt, signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          told = signal.reason;
          resolve(null);
        });
      });
    const outcome = await new HandlerConnector('type', handler).execute(
      taskAttempt({ timeoutMs: 20 }),
      new AbortController().signal,
    );

    expect(outcome).toEqual({ kind: 'failed', code: 'TIMEOUT', message: 'Task timeout after 20 ms' });
    expect(told).toBeInstanceOf(Error);
  });
});
