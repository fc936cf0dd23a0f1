// @ts-check
/**
 * The inside of the sandbox's thread: runs one script at a time in a fresh QuickJS context, without any host object.
 * JavaScript, because a thread needs a file that Node can load as it is, in tests too.
 */
import { parentPort } from 'node:worker_threads';
import { getQuickJS } from 'quickjs-emscripten';

/** @typedef {{ source: string, form: 'body' | 'expression', variables: string, timeoutMs: number, memoryBytes: number, resultChars: number }} ScriptRequest */

/** What is kept of what a script writes to the console. */
const LOG_LINES = 200;
const LOG_LINE_CHARS = 2000;

/** What every script finds: `context`, `console`, `BpmnError`, and all variables as bare names. */
const PRELUDE = `
(function () {
  'use strict';
  globalThis.BpmnError = class BpmnError extends Error {
    constructor(code, message) { super(String(message ?? '')); this.name = 'BpmnError'; this.errorCode = String(code ?? ''); }
  };
  const log = globalThis.__log = [];
  const { stringify } = JSON;
  let written = 0;
  const text = (part) => {
    try { return typeof part === 'string' ? part : stringify(part) ?? String(part); } catch { return String(part); }
  };
  const write = (...parts) => {
    if (written++ < ${LOG_LINES}) log.push(parts.map(text).join(' ').slice(0, ${LOG_LINE_CHARS}));
  };
  globalThis.console = { log: write, info: write, warn: write, error: write, debug: write };
  globalThis.logger = globalThis.console;
})();
`;

const STACK_BYTES = 512 * 1024;

const quickJs = await getQuickJS();
/** A context could not be taken down: this thread does no more. */
let broken = false;

parentPort?.on('message', (/** @type {ScriptRequest} */ request) => {
  const outcome = run(request);
  parentPort?.postMessage(broken ? { ...outcome, broken } : outcome);
  if (broken) setImmediate(() => process.exit());
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
  /** @type {import('quickjs-emscripten').QuickJSHandle | null} */
  let log = null;
  try {
    vm.unwrapResult(vm.evalCode(PRELUDE)).dispose();
    log = vm.getProp(vm.global, '__log');
    const variables = vm.newString(request.variables);
    vm.setProp(vm.global, '__variables', variables);
    variables.dispose();
    const result = vm.evalCode(program(request), 'script.js');
    if (result.error) {
      const error = vm.dump(result.error);
      result.error.dispose();
      return { ...failure(error, late, request, isFull(vm, runtime, request)), log: vm.dump(log) };
    }
    const text = vm.getString(result.value);
    result.value.dispose();
    if (text.length > request.resultChars)
      return { ok: false, kind: 'memory', message: `Script result exceeds ${request.resultChars} characters` };
    return { ok: true, value: text, log: vm.dump(log) };
  } catch (error) {
    return failure(error, late, request);
  } finally {
    // A context that ran out of memory cannot always be taken down cleanly; the process must not fall with it.
    try {
      log?.dispose();
      vm.dispose();
      runtime.dispose();
    } catch {
      broken = true;
      process.exitCode = 0;
    }
  }
}

/**
 * `with` makes variables bare names, which is why scripts are sloppy code; `context` is the object itself even where a variable
 * has that name. What a script may see of our own is taken away before it runs.
 * @param {ScriptRequest} request
 */
function program({ source, form }) {
  const body = form === 'expression' ? `return (${source}\n);` : source;
  return `(function () {
  const context = globalThis.context = JSON.parse(globalThis.__variables);
  const { stringify } = JSON, { keys, hasOwn } = Object;
  delete globalThis.__variables; delete globalThis.__log;
  const before = {};
  for (const name of keys(context)) before[name] = stringify(context[name]);
  const result = (function () { with (this) { return (function (context) { ${body}
  }).call(this, this); } }).call(context);
  if (result && typeof result.then === 'function') throw new TypeError('Expected a script to return its value at once, but it returned a promise');
  const written = {};
  for (const name of keys(context)) {
    const after = stringify(context[name]);
    if (after !== undefined && after !== before[name]) written[name] = context[name];
  }
  for (const name of keys(before)) if (!hasOwn(context, name)) written[name] = null;
  return stringify({ result: result === undefined ? null : result, written });
})()`;
}

/**
 * The script's error where memory is so short that not even the error could be made.
 * @param {import('quickjs-emscripten').QuickJSContext} vm
 * @param {import('quickjs-emscripten').QuickJSRuntime} runtime
 * @param {ScriptRequest} request
 */
function isFull(vm, runtime, { memoryBytes }) {
  const usage = runtime.computeMemoryUsage();
  const { memory_used_size: used } = vm.dump(usage);
  usage.dispose();
  return used > memoryBytes / 4;
}

/**
 * @param {any} error
 * @param {boolean} late
 * @param {ScriptRequest} request
 * @param {boolean} isFull whether `null` stands for an error that could not be made
 */
function failure(error, late, request, isFull = true) {
  const message = String(error?.message ?? error);
  if (late) return { ok: false, kind: 'timeout', message: `Script timeout after ${request.timeoutMs} ms` };
  if (/out of memory/i.test(message) || (error === null && isFull))
    return { ok: false, kind: 'memory', message: `Script exceeded its memory of ${request.memoryBytes} bytes` };
  if (error?.name === 'BpmnError') return { ok: false, kind: 'bpmn-error', code: String(error.errorCode ?? ''), message };
  return {
    ok: false,
    kind: error?.name === 'SyntaxError' ? 'syntax' : 'error',
    message: error?.name && error.name !== 'Error' ? `${error.name}: ${message}` : message,
  };
}
