import 'reflect-metadata';
import type { JsonValue } from '../../engine/index.js';
import type { TaskAttempt } from '../connector.js';

const TASK_TYPE = 'reprise:task-type';

/** What a class decorated with `@HandlesTask` has: the same as a `TaskHandler`, as a method. */
export interface TaskHandlerProvider {
  handle(attempt: TaskAttempt, signal: AbortSignal): Promise<JsonValue> | JsonValue;
}

/** Makes an injectable class the handler of a task type (`ConnectorKey`, `zeebe:taskDefinition type`, `camunda:topic`). */
export function HandlesTask(taskType: string): (target: new (...dependencies: never[]) => TaskHandlerProvider) => void {
  return (target) => Reflect.defineMetadata(TASK_TYPE, taskType, target);
}

/** The task type that a class handles; undefined when it is no handler. */
export function handledTaskType(target: object): string | undefined {
  const type: unknown = Reflect.getMetadata(TASK_TYPE, target);
  return typeof type === 'string' ? type : undefined;
}
