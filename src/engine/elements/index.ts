import type { ElementType, FlowNode } from '../definition/process-definition.js';
import { callActivity } from './containers/call-activity.js';
import { subProcess } from './containers/sub-process.js';
import type { Element } from './element.js';
import { boundaryEvent } from './events/boundary-event.js';
import { endEvent } from './events/end-event.js';
import { intermediateCatchEvent } from './events/intermediate-catch-event.js';
import { intermediateThrowEvent } from './events/intermediate-throw-event.js';
import { startEvent } from './events/start-event.js';
import { exclusiveGateway } from './gateways/exclusive-gateway.js';
import { inclusiveGateway } from './gateways/inclusive-gateway.js';
import { parallelGateway } from './gateways/parallel-gateway.js';
import { passThroughTask } from './tasks/pass-through-task.js';
import { receiveTask } from './tasks/receive-task.js';
import { userTask } from './tasks/user-task.js';
import { workTask } from './tasks/work-task.js';

/** BPMN's elements: type to behaviour, exhaustively. */
const table = {
  task: passThroughTask,
  manualTask: passThroughTask,
  userTask,
  serviceTask: workTask,
  scriptTask: workTask,
  sendTask: workTask,
  receiveTask,
  subProcess,
  callActivity,
  exclusiveGateway,
  inclusiveGateway,
  parallelGateway,
  startEvent,
  endEvent,
  intermediateCatchEvent,
  intermediateThrowEvent,
  boundaryEvent,
} satisfies { readonly [T in ElementType]: Element<Extract<FlowNode, { type: T }>> | Element<never> };

/** The element's behaviour. A node is only ever handed to the behaviour of its own type, which the table's type guarantees. */
export function elementOf(node: FlowNode): Element {
  return table[node.type];
}
