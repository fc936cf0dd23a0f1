import type { JsonObject, Mapping } from '../../engine/index.js';
import { compileFeel, literal } from '../../expressions/index.js';
import { calledProcessOf } from '../compile/compile-call.js';
import { compileExpression } from '../compile/compile-expression.js';
import { compileScript } from '../compile/compile-script.js';
import { extensionNamed, type ExtensionElement, type Extensions } from '../extensions.js';
import type { Report } from '../problem.js';
import type { Settings } from '../settings.js';
import { ACTIVITIES, WORK_TASKS, type Dialect } from './dialect.js';
import { handlerConfig } from './handler-config.js';
import { readAttempts, readDelay, retryPolicy } from './retry-settings.js';

const HTTP_JOB = 'io.camunda:http-json:1';

/** Camunda 8: the `zeebe` namespace. */
export const camunda8: Dialect = {
  prefix: 'zeebe',
  name: 'Camunda 8',
  elements: {
    executed: {
      taskDefinition: WORK_TASKS,
      ioMapping: ACTIVITIES,
      taskHeaders: WORK_TASKS,
      script: ['scriptTask'],
      subscription: ['message'],
      calledElement: ['callActivity'],
    },
    described: [
      'properties',
      'userTaskForm',
      'formDefinition',
      'userTask',
      'assignmentDefinition',
      'priorityDefinition',
      'jobPriorityDefinition',
      'taskSchedule',
      'versionTag',
    ],
    refused: {
      loopCharacteristics: 'Multi-instance is not executed; loop in the model.',
      calledDecision: 'Decisions are not executed; use a script task.',
      executionListeners: 'Listeners are not executed; use a task of its own.',
      taskListeners: 'Listeners are not executed; use a task of its own.',
      adHoc: 'Ad-hoc sub-processes are not executed.',
      conditionalFilter: 'Conditional events are not executed.',
      linkedResources: 'Linked resources are not loaded; put their content into a variable.',
    },
  },
  attributes: {
    executed: {},
    described: [
      'modelerTemplate',
      'modelerTemplateVersion',
      'modelerTemplateIcon',
      'modelerConfigurationTemplate',
      'modelerConfigurationName',
      'retryCounter',
    ],
    refused: {},
  },

  read(node, extensions, report) {
    const mappings = readIoMapping(extensions, report);
    if (node.type === 'callActivity') return { ...mappings, ...readCalledElement(extensions, report) };
    if (node.type === 'scriptTask') {
      const script = readFeelScript(extensions, report);
      if (script) return { ...mappings, ...script };
    }
    return WORK_TASKS.includes(node.type) ? { ...mappings, ...readJob(extensions, report) } : mappings;
  },
};

/** The `zeebe:subscription` of a `bpmn:message`: what its subscriptions are correlated by; null when there is none. */
export function subscriptionKey(message: Extensions): string | null {
  return extensionNamed(message, 'subscription')?.attributes['correlationKey'] ?? null;
}

function readIoMapping(extensions: Extensions, report: Report): Settings {
  const mapping = extensionNamed(extensions, 'ioMapping');
  if (!mapping) return {};
  const read = (name: string): Mapping[] =>
    mapping.children.filter((child) => child.name === name).map((child) => readMappingEntry(child, name, report));
  const inputs = read('input');
  const outputs = read('output');
  return { ...(inputs.length > 0 && { inputs }), ...(outputs.length > 0 && { outputs }) };
}

/** A source that starts with `=` is FEEL, any other is the text itself. */
function readMappingEntry({ attributes }: ExtensionElement, kind: string, report: Report): Mapping {
  const { source = '', target = '' } = attributes;
  if (!/^[^\s.]+(?:\.[^\s.]+)*$/.test(target))
    report.error('invalid-mapping', `Expected zeebe:${kind} to have a target such as a or a.b, but it is '${target}'`);
  const isFeel = source.trimStart().startsWith('=');
  return {
    target,
    source: isFeel ? compileExpression(() => compileFeel(source), `zeebe:${kind} ${target}`, report) : literal(source),
  };
}

/** By default all variables go to the child, and all of its own come back. */
function readCalledElement(extensions: Extensions, report: Report): Settings {
  const called = extensionNamed(extensions, 'calledElement');
  if (!called) return {};
  const { processId, bindingType, propagateAllParentVariables, propagateAllChildVariables } = called.attributes;
  if (bindingType !== undefined && bindingType !== 'latest')
    report.error(
      'unsupported-extension',
      `Expected zeebe:calledElement with bindingType latest, but it is '${bindingType}'`,
      'The newest active version is called; remove bindingType.',
    );
  return {
    resultVariable: null,
    call: {
      ...(processId?.trim() && { calledProcess: calledProcessOf(processId, 'processId of zeebe:calledElement', report) }),
      passesAll: propagateAllParentVariables !== 'false',
      returnsAll: propagateAllChildVariables !== 'false',
    },
  };
}

function readFeelScript(extensions: Extensions, report: Report): Settings | null {
  const script = extensionNamed(extensions, 'script');
  if (!script) return null;
  const { expression = '', resultVariable } = script.attributes;
  return { work: compileScript(expression, 'feel', 'zeebe:script', report), resultVariable: resultVariable?.trim() || null };
}

function readJob(extensions: Extensions, report: Report): Settings {
  const definition = extensionNamed(extensions, 'taskDefinition');
  if (!definition) return {};
  const type = definition.attributes['type']?.trim() ?? '';
  const headers = readPairs(extensionNamed(extensions, 'taskHeaders'), 'key');
  if (type === '' || type.startsWith('='))
    report.error(
      'invalid-task-type',
      `Expected zeebe:taskDefinition to have a fixed type, but it is '${type}'`,
      'Write the type itself.',
    );
  const retry = readRetries(definition.attributes['retries'], headers['retryBackoff'], report);
  if (type !== HTTP_JOB) {
    const properties = readPairs(extensionNamed(extensions, 'properties'), 'name');
    return { ...retry, work: { connector: type, config: handlerConfig(properties, headers), timeoutMs: null } };
  }
  return {
    ...retry,
    resultVariable: null,
    work: { connector: 'http', config: readHttp(extensions, headers, report), timeoutMs: null },
  };
}

function readHttp(extensions: Extensions, headers: Readonly<Record<string, string>>, report: Report): JsonObject {
  const inputs = extensionNamed(extensions, 'ioMapping')?.children ?? [];
  if (!inputs.some(({ name, attributes }) => name === 'input' && attributes['target'] === 'url' && attributes['source']?.trim()))
    report.error(
      'missing-connector-property',
      "Expected an input 'url' for an HTTP task, but it is missing",
      'Add zeebe:input with target="url".',
    );
  for (const name of ['resultExpression', 'errorExpression'] as const) {
    const text = headers[name];
    if (text?.trim()) compileExpression(() => compileFeel(text), `header ${name}`, report);
  }
  return {
    dialect: 'camunda8',
    resultVariable: headers['resultVariable']?.trim() || null,
    resultExpression: headers['resultExpression']?.trim() || null,
    errorExpression: headers['errorExpression']?.trim() || null,
  };
}

/** `retries` are attempts in all; absent, there is no policy. */
function readRetries(retries: string | undefined, backoff: string | undefined, report: Report): Settings {
  const delay = backoff?.trim() ? readDelay(backoff.trim(), 'header retryBackoff', report) : 0;
  if (retries === undefined || retries.trim() === '') return {};
  const attempts = readAttempts(retries, 'retries of zeebe:taskDefinition', 1, report);
  return attempts === null || delay === null ? {} : { retryPolicy: retryPolicy(attempts, [delay]) };
}

function readPairs(element: ExtensionElement | null, key: string): Record<string, string> {
  const pairs = (element?.children ?? []).map(({ attributes }) => [attributes[key] ?? '', attributes['value'] ?? ''] as const);
  return Object.fromEntries(pairs.filter(([name]) => name !== ''));
}
