import type {
  EndEventNode,
  FlowNode,
  IntermediateCatchEventNode,
  MessageDefinition,
  StartEventNode,
} from '../../engine/index.js';
import { extensionsOf } from '../extensions.js';
import { childOf, elementType, textOf, type ModdleElement } from '../moddle-element.js';
import type { Report } from '../problem.js';
import type { Settings } from '../settings.js';
import type { SourceNode } from '../source-model.js';
import { checkRunPolicy } from './check-run-policy.js';
import { compileCall } from './compile-call.js';
import { compileMessage } from './compile-message.js';
import { compileTimer } from './compile-timer.js';
import { compileWork } from './compile-work.js';

/** What is linked later, when all nodes are known. */
type Linked =
  | 'index'
  | 'id'
  | 'name'
  | 'parent'
  | 'incoming'
  | 'outgoing'
  | 'defaultFlow'
  | 'boundaryEvents'
  | 'startEvent'
  | 'reachableFrom'
  | 'decision'
  | 'reconcile';
type Unlinked<T> = T extends FlowNode ? Omit<T, Linked> : never;
/** What makes a flow node the node of its type. */
export type NodeParts = Unlinked<FlowNode>;

/** Compiles a node for itself; null for a type that is not executed, which a validator reports. */
export function compileNode(node: SourceNode, settings: Settings, report: Report): NodeParts | null {
  const [definition] = node.eventDefinitions;
  switch (node.type) {
    case 'task':
      if (!settings.work) {
        reportWithoutWork(node, report);
        return { type: 'task', ...activity(settings, null) };
      }
      return { type: 'serviceTask', ...activity(settings, 'lastServiceResult'), work: compileWork(node, settings, report) };
    case 'manualTask':
      return { type: 'manualTask', ...activity(settings, null) };
    case 'serviceTask':
    case 'sendTask':
      return { type: node.type, ...activity(settings, 'lastServiceResult'), work: compileWork(node, settings, report) };
    case 'scriptTask':
      return { type: 'scriptTask', ...activity(settings, 'lastScriptResult'), work: compileWork(node, settings, report) };
    case 'userTask':
      return { type: 'userTask', ...activity(settings, 'lastUserTaskResult'), actions: settings.actions ?? [] };
    case 'receiveTask': {
      const named = compileMessage(node.element, settings.message, report);
      const message = named ?? { name: node.id, correlationKey: settings.message?.correlationKey ?? null };
      return { type: 'receiveTask', ...activity(settings, 'lastSignalData'), message };
    }
    case 'subProcess':
      return { type: 'subProcess', ...activity(settings, null) };
    case 'callActivity':
      checkRunPolicy(settings.retryPolicy ?? null, report);
      return { type: 'callActivity', ...activity(settings, 'lastSubprocessResult'), ...compileCall(node, settings, report) };
    case 'exclusiveGateway':
    case 'inclusiveGateway':
    case 'parallelGateway':
      return { type: node.type };
    case 'startEvent':
      return { type: 'startEvent', trigger: startTrigger(definition, settings, report) };
    case 'endEvent':
      return { type: 'endEvent', result: endResult(definition) };
    case 'intermediateThrowEvent':
      return { type: 'intermediateThrowEvent' };
    case 'intermediateCatchEvent':
      return { type: 'intermediateCatchEvent', trigger: catchTrigger(definition, settings, report) };
    case 'boundaryEvent':
      return compileBoundary(node, definition, report);
    default:
      return null;
  }
}

/** A plain task that nothing does is passed at once: what is said about its attempts would be ignored. */
function reportWithoutWork(node: SourceNode, report: Report): void {
  const { elements, attributes } = extensionsOf(node.element, 'reprise');
  const [said] = [...elements.map(({ name }) => name), ...Object.keys(attributes)];
  if (said !== undefined)
    report.error(
      'task-without-work',
      `Expected task '${node.name}' to say how it is done, since it has reprise:${said}, but it does not`,
      'Make it a service task, or add property ConnectorKey, zeebe:taskDefinition or camunda:topic.',
    );
}

function activity(settings: Settings, resultVariable: string | null) {
  return {
    inputs: settings.inputs ?? [],
    outputs: settings.outputs ?? [],
    resultVariable: settings.resultVariable === undefined ? resultVariable : settings.resultVariable,
    retryPolicy: settings.retryPolicy ?? null,
  };
}

function startTrigger(definition: ModdleElement | undefined, settings: Settings, report: Report): StartEventNode['trigger'] {
  if (!definition) return { kind: 'none' };
  if (elementType(definition) === 'timerEventDefinition') return { kind: 'timer', timer: compileTimer(definition, true, report) };
  return { kind: 'message', message: requiredMessage(definition, settings, report) };
}

function catchTrigger(
  definition: ModdleElement | undefined,
  settings: Settings,
  report: Report,
): IntermediateCatchEventNode['trigger'] {
  if (definition && elementType(definition) === 'timerEventDefinition') {
    const timer = compileTimer(definition, false, report);
    if (timer.kind === 'cycle')
      report.error(
        'invalid-timer',
        'Expected timeDate or timeDuration in an intermediate event, but found timeCycle',
        'It waits once; use timeDuration.',
      );
    return { kind: 'timer', timer };
  }
  const resultVariable = settings.resultVariable === undefined ? 'lastSignalData' : settings.resultVariable;
  const message = definition ? requiredMessage(definition, settings, report) : { name: '', correlationKey: null };
  return { kind: 'message', message, resultVariable };
}

function requiredMessage(definition: ModdleElement, settings: Settings, report: Report): MessageDefinition {
  const message = compileMessage(definition, settings.message, report);
  if (message) return message;
  if (elementType(definition) === 'messageEventDefinition' && !childOf(definition, 'messageRef'))
    report.error(
      'invalid-message',
      'Expected the message event to refer to a message, but it does not',
      'Add messageRef to a bpmn:message with a name.',
    );
  return { name: '', correlationKey: null };
}

function endResult(definition: ModdleElement | undefined): EndEventNode['result'] {
  if (!definition) return { kind: 'none' };
  if (elementType(definition) === 'terminateEventDefinition') return { kind: 'terminate' };
  const error = childOf(definition, 'errorRef');
  const errorCode = (error && textOf(error, 'errorCode')?.trim()) || '';
  const message = error && (textOf(error, 'camunda:errorMessage') ?? textOf(error, 'name'));
  return { kind: 'error', errorCode, errorMessage: message?.trim() || errorCode };
}

function compileBoundary(node: SourceNode, definition: ModdleElement | undefined, report: Report): NodeParts {
  const attachedTo = childOf(node.element, 'attachedToRef');
  const common = { type: 'boundaryEvent', attachedTo: (attachedTo && textOf(attachedTo, 'id')) ?? '' } as const;
  if (definition && elementType(definition) === 'timerEventDefinition') {
    const interrupting = node.element['cancelActivity'] !== false;
    return { ...common, interrupting, trigger: { kind: 'timer', timer: compileTimer(definition, false, report) } };
  }
  const error = definition ? childOf(definition, 'errorRef') : null;
  const errorCode = (error && textOf(error, 'errorCode')?.trim()) || null;
  return { ...common, interrupting: true, trigger: { kind: 'error', errorCode } };
}
