import { extensionNamed, type ExtensionElement, type Extensions } from '../extensions.js';
import type { Report } from '../problem.js';
import type { Settings } from '../settings.js';
import { readParameterSources, readParameters } from './camunda7-parameters.js';
import { readCall7 } from './camunda7-call.js';
import { ACTIVITIES, WORK_TASKS, type Dialect } from './dialect.js';
import { handlerConfig } from './handler-config.js';
import { readAttempts, readDelay, retryPolicy } from './retry-settings.js';

const NEWEST_IS_CALLED = 'The newest active version is called; remove it.';
const TASK_OF_ITS_OWN = 'Use a task of its own.';
const HANDLER = 'Use camunda:type="external" with a topic, or camunda:delegateExpression="${name}" for a handler of that name.';

/** Camunda 7: the `camunda` namespace. Its transaction boundaries mean nothing here: every task is durable. */
export const camunda7: Dialect = {
  prefix: 'camunda',
  name: 'Camunda 7',
  elements: {
    executed: {
      connector: WORK_TASKS,
      inputOutput: ACTIVITIES.filter((type) => type !== 'callActivity'),
      in: ['callActivity'],
      out: ['callActivity'],
      failedJobRetryTimeCycle: WORK_TASKS,
    },
    described: ['properties', 'formData', 'formProperty', 'potentialStarter'],
    refused: {
      executionListener: TASK_OF_ITS_OWN,
      taskListener: TASK_OF_ITS_OWN,
      field: HANDLER,
      errorEventDefinition: 'Let the handler fail with a BPMN error instead.',
    },
  },
  attributes: {
    executed: {
      type: WORK_TASKS,
      topic: WORK_TASKS,
      delegateExpression: WORK_TASKS,
      resultVariable: WORK_TASKS,
      errorMessage: ['error'],
      calledElementBinding: ['callActivity'],
    },
    described:
      'async asyncBefore asyncAfter exclusive jobPriority taskPriority modelerTemplate modelerTemplateVersion formKey formRef formRefBinding formRefVersion assignee candidateUsers candidateGroups dueDate followUpDate priority historyTimeToLive versionTag isStartableInTasklist candidateStarterGroups candidateStarterUsers diagramRelationId'.split(
        ' ',
      ),
    refused: {
      class: HANDLER,
      expression: HANDLER,
      resource: 'Write the script into the model.',
      initiator: 'Give the name as a start variable.',
      formHandlerClass: TASK_OF_ITS_OWN,
      decisionRef: 'Decisions are not executed; use a script task.',
      errorCodeVariable: 'Read _lastError.errorCode in the handler.',
      errorMessageVariable: 'Read _lastError.errorMessage in the handler.',
      calledElementVersion: NEWEST_IS_CALLED,
      calledElementVersionTag: NEWEST_IS_CALLED,
      calledElementTenantId: 'A process of the same tenant is called.',
      variableMappingClass: 'Use camunda:in and camunda:out.',
      variableMappingDelegateExpression: 'Use camunda:in and camunda:out.',
    },
  },

  read(node, extensions, report) {
    if (!ACTIVITIES.includes(node.type)) return {};
    if (node.type === 'callActivity') return readCall7(extensions, report);
    const inputOutput = extensionNamed(extensions, 'inputOutput');
    const inputs = readParameters(inputOutput, 'inputParameter', report);
    const outputs = readParameters(inputOutput, 'outputParameter', report);
    const resultVariable = extensions.attributes['resultVariable']?.trim();
    const mappings: Settings = { ...(inputs.length > 0 && { inputs }), ...(outputs.length > 0 && { outputs }) };
    if (!WORK_TASKS.includes(node.type)) return mappings;
    return {
      ...mappings,
      ...readRetry(extensions, report),
      ...readWork(extensions, report),
      ...(resultVariable && { resultVariable }),
    };
  },
};

function readWork(extensions: Extensions, report: Report): Settings {
  const connector = extensionNamed(extensions, 'connector');
  if (connector) return readConnector(connector, report);
  const { type, topic, delegateExpression } = extensions.attributes;
  const config = handlerConfig(readProperties(extensions));
  if (type !== undefined || topic !== undefined) {
    if (type !== 'external' || !topic?.trim())
      report.error(
        'invalid-task-type',
        `Expected camunda:type="external" with a camunda:topic, but found type '${type ?? ''}', topic '${topic ?? ''}'`,
      );
    return { work: { connector: topic?.trim() ?? '', config, timeoutMs: null } };
  }
  if (delegateExpression === undefined) return {};
  const name = /^[$#]\{\s*([\w-]+)\s*\}$/.exec(delegateExpression.trim())?.[1];
  if (name === undefined)
    report.error(
      'invalid-task-type',
      `Expected camunda:delegateExpression to be "\${name}", but it is '${delegateExpression}'`,
      HANDLER,
    );
  return { work: { connector: name ?? '', config, timeoutMs: null } };
}

function readConnector(connector: ExtensionElement, report: Report): Settings {
  const id = connector.children.find(({ name }) => name === 'connectorId')?.text.trim() ?? '';
  if (id !== 'http-connector')
    report.error('unsupported-connector', `Expected connector http-connector, but found '${id}'`, HANDLER);
  const inputOutput = connector.children.find(({ name }) => name === 'inputOutput') ?? null;
  const inputs = readParameterSources(inputOutput, 'inputParameter', report);
  if (!inputs['url'])
    report.error(
      'missing-connector-property',
      "Expected input parameter 'url' for an HTTP task, but it is missing",
      'Add camunda:inputParameter name="url".',
    );
  const outputs = readParameterSources(inputOutput, 'outputParameter', report);
  return { resultVariable: null, work: { connector: 'http', config: { dialect: 'camunda7', inputs, outputs }, timeoutMs: null } };
}

/** `R3/PT10M`: three attempts in all, ten minutes apart. `PT1M,PT5M`: one attempt after each wait, besides the first. */
function readRetry(extensions: Extensions, report: Report): Settings {
  const text = extensionNamed(extensions, 'failedJobRetryTimeCycle')?.text.trim();
  if (!text) return {};
  const what = 'camunda:failedJobRetryTimeCycle';
  const cycle = /^R([^/]*)\/([^/]+)$/.exec(text);
  if (cycle) {
    const attempts = readAttempts(cycle[1] ?? '', `${what} (R<attempts>/<duration>)`, 0, report);
    const delay = readDelay(cycle[2] ?? '', what, report);
    return attempts === null || delay === null ? {} : { retryPolicy: retryPolicy(attempts, [delay]) };
  }
  const delays = text.split(',').map((part) => readDelay(part.trim(), what, report));
  const delaysMs = delays.filter((delay) => delay !== null);
  return delaysMs.length < delays.length ? {} : { retryPolicy: retryPolicy(delaysMs.length + 1, delaysMs) };
}

function readProperties(extensions: Extensions): Record<string, string> {
  const properties = extensionNamed(extensions, 'properties')?.children ?? [];
  return Object.fromEntries(properties.map(({ attributes }) => [attributes['name'] ?? '', attributes['value'] ?? '']));
}
