// @ts-check
/**
 * The inside of the sandbox's thread: runs one script at a time in a fresh QuickJS context, without any host object.
 * JavaScript, because a thread needs a file that Node can load as it is, in tests too.
 */
import { parentPort } from 'node:worker_threads';
import { getQuickJS } from 'quickjs-emscripten';

/** @typedef {{ id: number, source: string, form: 'body' | 'expression', variables: string, timeoutMs: number, memoryBytes: number }} ScriptRequest */

/** What every script finds: `context`, `console`, `BpmnError`, and all variables as bare names. */
const PRELUDE = `
'use strict';
globalThis.BpmnError = class BpmnError extends Error {
  constructor(code, message) { super(String(message ?? '')); this.name = 'BpmnError'; this.errorCode = String(code); }
};
globalThis.__log = [];
globalThis.__logged = 0;
const write = (...parts) => {
  const line = parts.map((part) => (typeof part === 'string' ? part : JSON.stringify(part) ?? String(part))).join(' ').slice(0, 2000);
  if (globalThis.__logged++ < 200) globalThis.__log.push(line);
};
globalThis.console = { log: write, info: write, warn: write, error: write, debug: write };
globalThis.logger = globalThis.console;
`;

const STACK_BYTES = 512 * 1024;

const quickJs = await getQuickJS();

parentPort?.on('message', (/** @type {ScriptRequest} */ request) => {
  parentPort?.postMessage({ id: request.id, ...run(request) });
});
parentPort?.postMessage({ ready: true });

/** @param {ScriptRequest} request */
function run(request) {
  const runtime = quickJs.newRuntime();
  runtime.setMemoryLimit(request.memoryBytes);
  runtime.setMaxStackSize(STACK_BYTES);
  const deadline = performance.now() + request.timeoutMs;
  let late = false;
  runtime.setInterruptHandler(() => (late = performance.now() > deadline));
  const vm = runtime.newContext();
  try {
    vm.unwrapResult(vm.evalCode(PRELUDE)).dispose();
    const variables = vm.newString(request.variables);
    vm.setProp(vm.global, '__variables', variables);
    variables.dispose();
    const result = vm.evalCode(program(request), 'script.js');
    if (result.error) {
      const error = vm.dump(result.error);
      result.error.dispose();
      return failure(error, late, request);
    }
    const text = vm.getString(result.value);
    result.value.dispose();
    return { ok: true, value: text };
  } catch (error) {
    return failure(error, late, request);
  } finally {
    // A context that ran out of memory cannot always be taken down cleanly; the process must not fall with it.
    try {
      vm.dispose();
      runtime.dispose();
    } catch {
      process.exitCode = 0;
      setImmediate(() => process.exit());
    }
  }
}

/**
 * `with` makes variables bare names, which is why scripts are sloppy code. What a script may see of our own is taken away
 * before it runs.
 * @param {ScriptRequest} request
 */
function program({ source, form }) {
  const body = form === 'expression' ? `return (${source}\n);` : source;
  return `(function () {
  const context = globalThis.context = JSON.parse(globalThis.__variables);
  const log = globalThis.__log, stringify = JSON.stringify;
  delete globalThis.__variables; delete globalThis.__log;
  const before = {};
  for (const name of Object.keys(context)) before[name] = stringify(context[name]);
  const result = (function () { with (context) { return (function () { ${body}
  }).call(context); } })();
  if (result && typeof result.then === 'function') throw new TypeError('Expected a script to return its value at once, but it returned a promise');
  const written = {};
  for (const name of Object.keys(context)) {
    const after = stringify(context[name]);
    if (after !== undefined && after !== before[name]) written[name] = context[name];
  }
  const removed = Object.keys(before).filter((name) => !(name in context));
  for (const name of removed) written[name] = null;
  return stringify({ result: result === undefined ? null : result, written, log });
})()`;
}

/**
 * @param {any} error
 * @param {boolean} late
 * @param {ScriptRequest} request
 */
function failure(error, late, request) {
  const message = String(error?.message ?? error);
  if (late) return { ok: false, kind: 'timeout', message: `Script timeout after ${request.timeoutMs} ms` };
  if (/out of memory/i.test(message) || error === null) return { ok: false, kind: 'memory', message: `Script exceeded its memory of ${request.memoryBytes} bytes` };
  if (error?.name === 'BpmnError') return { ok: false, kind: 'bpmn-error', code: String(error.errorCode ?? ''), message };
  return { ok: false, kind: error?.name === 'SyntaxError' ? 'syntax' : 'error', message: error?.name && error.name !== 'Error' ? `${error.name}: ${message}` : message };
}
