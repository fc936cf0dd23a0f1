import type { JsonObject } from '../../engine/index.js';
import { compileSource } from '../../expressions/index.js';
import { checkJavaScript } from '../compile/check-javascript.js';
import { calledProcessOf } from '../compile/compile-call.js';
import { compileExpression } from '../compile/compile-expression.js';
import { compileScript } from '../compile/compile-script.js';
import type { Report } from '../problem.js';
import type { MessageSetting, Settings, WorkSetting } from '../settings.js';
import type { SourceNode } from '../source-model.js';
import { readMapping, readUserActions } from './banklingo-mappings.js';
import { BankLingoProperties } from './banklingo-properties.js';
import { retryPolicyOfJson } from './banklingo-retry-policy.js';
import { ACTIVITIES, WORK_TASKS, type Dialect } from './dialect.js';
import { handlerConfig } from './handler-config.js';
import { readRetryPolicy } from './reprise/read-retry-policy.js';
import { readAttempts, readDelayMs, readTimeoutMs, retryPolicy } from './retry-settings.js';

/** Properties that tell people something and change nothing. */
const DESCRIBED = new Set(
  'tasktype name description documentation formkey entitystate responsibleteam responsibleteams responsibleuser responsibleusers clientscript asyncbefore asyncafter servicename'.split(
    ' ',
  ),
);
const BOUNDARY_TIMER = 'Attach a timer boundary event instead.';
/** Properties that would change what happens and are not executed, by element (`*`: any), with what to do instead. */
const REFUSED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '*': { ismultiinstance: 'Multi-instance is not executed; loop in the model or in a script.' },
  userTask: {
    script: 'Put the script into a script task before the user task.',
    serverscript: 'Put the script into a script task after the user task.',
  },
  receiveTask: {
    timeout: BOUNDARY_TIMER,
    timeoutms: BOUNDARY_TIMER,
    timeoutduration: BOUNDARY_TIMER,
    form: 'Use a user task for forms.',
  },
};
const MULTI_INSTANCE_DETAILS = new Set(['issequential', 'collection', 'elementvariable', 'aggregationvariable']);
const GATEWAYS = ['exclusiveGateway', 'inclusiveGateway'];

/** BankLingo: `custom:properties` with `custom:property name value`. */
export const banklingo: Dialect = {
  prefix: 'custom',
  name: 'BankLingo',
  elements: { executed: {}, described: ['properties', 'Properties'], refused: {} },
  attributes: { executed: {}, described: [], refused: {} },

  read(node, extensions, report) {
    const properties = new BankLingoProperties(extensions, report);
    const mappings = ACTIVITIES.includes(node.type) ? readMappings(properties, report) : {};
    const retry = WORK_TASKS.includes(node.type) || node.type === 'callActivity' ? readRetry(properties, report) : {};
    const specific = readSpecific(node, properties, report);
    if (!specific.work || specific.work.connector === 'http' || specific.work.connector === 'script')
      reportRemaining(node, properties, report);
    return { ...mappings, ...retry, ...specific };
  },

  readProcess(extensions, report) {
    return readRetry(new BankLingoProperties(extensions, report), report);
  },
};

function readSpecific(node: SourceNode, properties: BankLingoProperties, report: Report): Settings {
  if (WORK_TASKS.includes(node.type)) return readWork(node, properties, report);
  if (GATEWAYS.includes(node.type)) {
    const gatewayScript = properties.take('Condition');
    if (gatewayScript !== null) checkJavaScript(gatewayScript, 'property Condition', report);
    return gatewayScript === null ? {} : { gatewayScript };
  }
  if (node.type === 'callActivity') return readCall(properties, report);
  if (node.type === 'userTask') {
    const actions = properties.take('UserActions');
    return actions === null ? {} : { actions: readUserActions(actions, report) };
  }
  if (node.type === 'receiveTask' || node.type === 'intermediateCatchEvent' || node.type === 'startEvent')
    return readMessage(node, properties, report);
  return {};
}

function readMappings(properties: BankLingoProperties, report: Report): Settings {
  const inputs = properties.take('InputMapping');
  const outputs = properties.take('OutputMapping');
  const resultVariable = properties.take('ResultVariable')?.trim();
  return {
    ...(inputs !== null && { inputs: readMapping(inputs, 'InputMapping', report) }),
    ...(outputs !== null && { outputs: readMapping(outputs, 'OutputMapping', report) }),
    ...(resultVariable && { resultVariable }),
  };
}

/** With an `InputMapping` the child begins with what that says, else with all variables. */
function readCall(properties: BankLingoProperties, report: Report): Settings {
  const called = properties.take('calledElement')?.trim();
  const calledProcess = called === undefined ? {} : { calledProcess: calledProcessOf(called, 'property calledElement', report) };
  const passesAll = properties.peek('InputMapping') === null;
  return called === undefined && passesAll ? {} : { call: { ...calledProcess, passesAll, returnsAll: false } };
}

/** `Retries` are attempts after the first, `retryBackoff` ms between them; or `RetryPolicy`, which is ours as JSON. */
function readRetry(properties: BankLingoProperties, report: Report): Settings {
  const retriesText = properties.take('Retries');
  const backoffText = properties.take('retryBackoff');
  const policyText = properties.take('RetryPolicy');
  if (policyText !== null) {
    if (retriesText !== null || backoffText !== null)
      report.error('conflicting-settings', 'Expected either RetryPolicy or Retries, but found both', 'Keep one of them.');
    const policy = retryPolicyOfJson(policyText, report);
    return policy ? { retryPolicy: readRetryPolicy(policy, 'RetryPolicy', report) } : {};
  }
  const retries = retriesText === null ? null : readAttempts(retriesText, 'Retries', 0, report);
  const backoff = backoffText === null ? 1000 : readDelayMs(backoffText, 'retryBackoff', report);
  return retries === null || backoff === null ? {} : { retryPolicy: retryPolicy(retries + 1, [backoff]) };
}

function readWork(node: SourceNode, properties: BankLingoProperties, report: Report): Settings {
  const timeoutText = properties.take('TimeoutMs');
  const timeoutMs = timeoutText === null ? null : readTimeoutMs(timeoutText, 'TimeoutMs', report);
  const key = properties.take('ConnectorKey')?.trim() ?? (node.type === 'sendTask' ? properties.peek('messageType') : null);
  const isHttp = key?.toLowerCase() === 'http' || (key === null && properties.peek('Endpoint') !== null);
  if (isHttp) return { work: { connector: 'http', config: readHttp(properties, report), timeoutMs } };
  if (key !== null && key !== undefined)
    return { work: { connector: key, config: handlerConfig(properties.remaining), timeoutMs } };
  return readScript(properties, timeoutMs, report);
}

function readHttp(properties: BankLingoProperties, report: Report): JsonObject {
  const endpoint = properties.take('Endpoint')?.trim() ?? '';
  if (endpoint === '')
    report.error(
      'missing-connector-property',
      'Expected property Endpoint for an HTTP task, but it is missing',
      'Add Endpoint with the address.',
    );
  const payloadTemplate = properties.take('PayloadTemplate');
  const method = properties.take('Method')?.trim().toUpperCase() ?? (payloadTemplate === null ? 'GET' : 'POST');
  if (!/^(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|\$\{.*\})$/i.test(method))
    report.error('invalid-http-method', `Expected an HTTP method such as GET or POST, but found '${method}'`);
  return { dialect: 'banklingo', endpoint, method, headers: properties.take('Headers'), payloadTemplate };
}

function readScript(properties: BankLingoProperties, timeoutMs: number | null, report: Report): Settings {
  const source = properties.take('Script');
  const language = properties.take('ScriptLanguage')?.trim();
  if (source === null) return { ...(language && { scriptLanguage: language }), ...(timeoutMs !== null && { timeoutMs }) };
  const work: WorkSetting = { ...compileScript(source, language ?? 'javascript', 'property Script', report), timeoutMs };
  return { work };
}

function readMessage(node: SourceNode, properties: BankLingoProperties, report: Report): Settings {
  const name = properties.take('message')?.trim() ?? null;
  const key = properties.take('correlationKey');
  const resultVariable = node.type === 'receiveTask' ? undefined : properties.take('ResultVariable')?.trim();
  const message: MessageSetting = {
    name,
    correlationKey: key === null ? null : compileExpression(() => compileSource(key), 'correlationKey', report),
  };
  return { ...((name !== null || key !== null) && { message }), ...(resultVariable && { resultVariable }) };
}

function reportRemaining(node: SourceNode, properties: BankLingoProperties, report: Report): void {
  const repeats = properties.peek('IsMultiInstance')?.toLowerCase() === 'true';
  for (const [name, value] of Object.entries(properties.remaining)) {
    const key = name.toLowerCase();
    const hint = REFUSED[node.type]?.[key] ?? (key !== 'ismultiinstance' || repeats ? REFUSED['*']?.[key] : undefined);
    if (hint !== undefined && value.trim() !== '')
      report.error(
        'unsupported-property',
        `Expected only properties that are executed, but found ${name} on a ${node.type}`,
        hint,
      );
    else if (!DESCRIBED.has(key) && !MULTI_INSTANCE_DETAILS.has(key) && key !== 'ismultiinstance' && value.trim() !== '')
      report.warning('unused-property', `Expected a property that ${node.type} knows, but found ${name}; it has no effect`);
  }
}
