import type { AttemptOutcome, TaskAttempt } from '../../src/connectors/connector.js';
import { Sandbox } from '../../src/connectors/script/sandbox.js';
import { ScriptConnector } from '../../src/connectors/script/script-connector.js';
import type { JsonObject } from '../../src/engine/index.js';
import { taskAttempt } from './task-attempt.js';

const logged: string[] = [];
const sandbox = new Sandbox(2);
const connector = new ScriptConnector(sandbox, (_attempt, lines) => void logged.push(...lines));

beforeEach(() => void logged.splice(0));
afterAll(() => sandbox.close());

function run(source: string, variables: JsonObject = {}, more: Partial<TaskAttempt> = {}): Promise<AttemptOutcome> {
  return connector.execute(taskAttempt({ config: { language: 'javascript', mode: 'task', source }, variables, ...more }));
}

describe('a script', () => {
  it('sees variables as properties of context and as bare names, and returns its result', async () => {
    expect(await run('return context.a + b.c', { a: 1, b: { c: 2 } })).toEqual({ kind: 'completed', result: 3, variables: {} });
  });

  it.each<[string, string, JsonObject]>([
    ['by context.x', 'context.x = 1', { x: 1 }],
    ['by the bare name of a variable', 'a = 5', { a: 5 }],
    ['deep inside', 'b.c.push(3)', { b: { c: [1, 3] } }],
    ['by deleting it, as null', 'delete context.a', { a: null }],
    ['to what it was, which is no change', 'context.a = 2; context.a = 1', {}],
    ['to what JSON lacks, which is no change', 'context.f = function () {}; context.u = undefined', {}],
    ['but not by a name that nobody declared', 'sloppy = 1; var own = 2', {}],
  ])('changes variables %s', async (_title, source, written) => {
    expect(await run(source, { a: 1, b: { c: [1] } })).toEqual({ kind: 'completed', result: null, variables: written });
  });

  it('sees the variable of that name only as context.context', async () => {
    expect(await run('context.x = context.context; return typeof context', { context: 7 })).toEqual({
      kind: 'completed',
      result: 'object',
      variables: { x: 7 },
    });
  });

  it('throws modelled errors by BpmnError', async () => {
    expect(await run('throw new BpmnError("LOW", "Too low")')).toEqual({ kind: 'bpmn-error', code: 'LOW', message: 'Too low' });
  });

  it.each([
    ['throw new Error("no")', 'no'],
    ['throw "text"', 'text'],
    ['throw null', 'null'],
    ['null.x', 'TypeError'],
    ['missing()', 'ReferenceError'],
    ['return (', 'SyntaxError'],
    ['return new Promise(() => {})', 'promise'],
    ['return (async () => 1)()', 'promise'],
    ['const a = {}; a.a = a; return a', 'circular'],
    ['return 10n', 'BigInt'],
    ['throw { get message() { throw 1 } }', ''],
  ])('fails by %s', async (source, message) => {
    const outcome = await run(source);

    expect(outcome).toMatchObject({ kind: 'failed', code: 'SCRIPT_ERROR' });
    if (outcome.kind === 'failed') expect(outcome.message.toLowerCase()).toContain(message.toLowerCase());
  });

  it.each([
    ['a loop', 'for (;;);'],
    ['a loop that catches everything', 'for (;;) try { for (;;); } catch {}'],
    ['a loop in a getter of its result', 'return { get a() { for (;;); } }'],
    ['a loop in a getter of its error', 'throw { get message() { for (;;); } }'],
    ['a regular expression that goes astray', 'return /^(a+)+$/.test("a".repeat(60) + "b")'],
  ])('is stopped in %s', async (_title, source) => {
    expect(await run(source, {}, { timeoutMs: 100 })).toMatchObject({
      kind: 'failed',
      code: 'SCRIPT_TIMEOUT',
      message: 'Script timeout after 100 ms',
    });
  });

  it.each([
    ['an array that grows', 'const a = []; for (;;) a.push({ a: a.length })'],
    ['a text that doubles', 'let s = "x"; for (;;) s += s'],
    ['a buffer', 'return new Uint8Array(1e9).length'],
    ['a result that is too long', 'return "x".repeat(5 * 1024 * 1024)'],
  ])('is stopped when it takes too much memory by %s', async (_title, source) => {
    const outcome = await run(source, {}, { timeoutMs: 5_000 });

    expect(outcome.kind).toBe('failed');
    if (outcome.kind === 'failed') expect(['SCRIPT_MEMORY', 'SCRIPT_ERROR']).toContain(outcome.code);
  });

  it('is stopped in endless recursion', async () => {
    expect(await run('const f = () => f() + 1; return f()')).toMatchObject({ kind: 'failed', code: 'SCRIPT_ERROR' });
    expect(await run('return JSON.parse("[".repeat(1e6))')).toMatchObject({ kind: 'failed' });
  });

  it.each([
    'return typeof process',
    'return typeof require',
    'return typeof fetch',
    'return typeof setTimeout',
    'return typeof Worker',
    'return typeof __variables',
    'return typeof __log',
    'return constructor.constructor("return typeof process")()',
    'return (function () { return this; }).constructor("return typeof process")()',
    'return [].constructor.constructor("return typeof process")()',
    'return new Function("return typeof globalThis.process")()',
    'return eval("typeof process")',
    'try { null.x } catch (error) { return error.constructor.constructor("return typeof process")() }',
  ])('finds no host object: %s', async (source) => {
    expect(await run(source)).toMatchObject({ kind: 'completed', result: 'undefined' });
  });

  it('cannot load modules', async () => {
    expect((await run('import("node:fs"); return 1')).kind).not.toBe('bpmn-error');
    expect(await run('return import("node:fs")')).toMatchObject({ kind: 'failed' });
  });

  it('leaves nothing for the next one', async () => {
    await run(
      'Object.prototype.leak = 1; Array.prototype.push = () => 0; globalThis.leak = 2; JSON.stringify = () => "{}"; Object.keys = () => ["evil"]; return 1',
    );

    const outcomes = await Promise.all(
      Array.from({ length: 4 }, () => run('return [typeof leak, ({}).leak === undefined, [].push(1)]')),
    );

    for (const outcome of outcomes) expect(outcome).toEqual({ kind: 'completed', result: ['undefined', true, 1], variables: {} });
    expect(({} as Record<string, unknown>)['leak']).toBeUndefined();
  });

  it('keeps what it wrote to the console, also when it fails, within bounds', async () => {
    await run('console.log("a", 1, { b: 2 }); const c = {}; c.c = c; console.warn(c); throw new Error("no")');
    expect(logged).toEqual(['a 1 {"b":2}', '[object Object]']);

    await run('for (let i = 0; i < 2000; i++) console.log("x".repeat(10000))', {}, { timeoutMs: 5_000 });
    expect(logged.length).toBeLessThanOrEqual(202);
    expect(Math.max(...logged.map((line) => line.length))).toBeLessThanOrEqual(2_000);
  });

  it('is run 200 times at once', async () => {
    const outcomes = await Promise.all(Array.from({ length: 200 }, (_, i) => run('return i * 2', { i })));

    expect(outcomes.map((outcome) => outcome.kind === 'completed' && outcome.result)).toEqual(
      Array.from({ length: 200 }, (_, i) => i * 2),
    );
  });

  it('is not harmed by neighbours that are stopped', async () => {
    const bomb = 'const a = []; for (;;) a.push({ a: a.length })';
    const outcomes = await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 7 === 0 ? run(bomb) : run('return 1'))));

    expect(outcomes.map(({ kind }) => kind)).toEqual(outcomes.map((_, i) => (i % 7 === 0 ? 'failed' : 'completed')));
  });

  it('fails at once when the sandbox is closed', async () => {
    const closing = new Sandbox(1);
    const limits = { timeoutMs: 60_000, memoryBytes: 32 * 1024 * 1024 };
    const running = [closing.run('for (;;);', 'body', {}, limits), closing.run('return 1', 'body', {}, limits)];

    await closing.close();

    for (const outcome of [...(await Promise.all(running)), await closing.run('return 1', 'body', {}, limits)])
      expect(outcome).toMatchObject({ ok: false, kind: 'lost' });
  });
});

describe('a gateway that scripts decide', () => {
  const flows = (...conditions: (string | null)[]): JsonObject[] =>
    conditions.map((source, i) => ({
      id: `f${i}`,
      name: `way ${i}`,
      condition: source === null ? null : { language: 'javascript', source },
    }));
  const decide = (config: JsonObject, variables: JsonObject = {}): Promise<AttemptOutcome> =>
    connector.execute(
      taskAttempt({ config: { mode: 'choose-flows', defaultFlowId: null, exclusive: false, ...config }, variables }),
    );

  it('takes all flows whose conditions hold, the first of them where it is exclusive, else the default', async () => {
    const conditions = flows('x > 1', 'return x > 2;', 'x > 9');

    expect(await decide({ flows: conditions }, { x: 5 })).toMatchObject({ result: ['f0', 'f1'] });
    expect(await decide({ flows: conditions, exclusive: true }, { x: 5 })).toMatchObject({ result: ['f0'] });
    expect(await decide({ flows: conditions, defaultFlowId: 'f2' }, { x: 0 })).toMatchObject({ result: ['f2'] });
    expect(await decide({ flows: conditions }, { x: 0 })).toMatchObject({ result: [] });
  });

  it('takes the flow that its Condition names', async () => {
    expect(await decide({ flows: flows(null, null), script: 'return "way 1"' })).toMatchObject({ result: ['f1'] });
    expect(await decide({ flows: flows(null, null), script: '"f0"' })).toMatchObject({ result: ['f0'] });
    expect(await decide({ flows: flows(null, null), script: '"nowhere"' })).toMatchObject({
      kind: 'failed',
      code: 'NO_FLOW_TAKEN',
    });
  });

  it('fails by a condition that fails', async () => {
    expect(await decide({ flows: flows('missing.x') })).toMatchObject({ kind: 'failed', code: 'SCRIPT_ERROR' });
  });
});

describe('a FEEL script', () => {
  it('is evaluated without the sandbox', async () => {
    const attempt = taskAttempt({ config: { language: 'feel', mode: 'task', source: '=sum([a, 2])' }, variables: { a: 1 } });

    expect(await connector.execute(attempt)).toEqual({ kind: 'completed', result: 3 });
  });
});
