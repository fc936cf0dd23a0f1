import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A model of this folder's neighbour `models`, as text.
 * @param {string} name Without its extension.
 */
export function readModel(name) {
  return readFileSync(join(import.meta.dirname, '..', 'models', `${name}.bpmn`), 'utf8');
}

/**
 * Tasks that do nothing, one after the other.
 * @param {number} count
 */
export function tasksInARow(count) {
  const ids = Array.from({ length: count }, (_, i) => `Task_${i + 1}`);
  return processOf('tasks-in-a-row', ids, '<zeebe:taskDefinition type="bench:nothing" retries="1" />');
}

/**
 * One task that fails until its last attempt, each following the other at once.
 * @param {number} attempts
 */
export function failingAttempts(attempts) {
  return processOf('failing-attempts', ['Only'], `<zeebe:taskDefinition type="bench:fail-ten" retries="${attempts}" />`);
}

/**
 * @param {string} id
 * @param {readonly string[]} taskIds
 * @param {string} extension What each task does.
 */
function processOf(id, taskIds, extension) {
  const nodes = ['Start', ...taskIds, 'End'];
  const tasks = taskIds.map(
    (task) => `<bpmn:serviceTask id="${task}"><bpmn:extensionElements>${extension}</bpmn:extensionElements></bpmn:serviceTask>`,
  );
  const flows = nodes
    .slice(1)
    .map((target, i) => `<bpmn:sequenceFlow id="Flow_${i}" sourceRef="${nodes[i]}" targetRef="${target}" />`);
  return `<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="http://reprise.dev/bench">
<bpmn:process id="${id}" isExecutable="true"><bpmn:startEvent id="Start" />${tasks.join('')}<bpmn:endEvent id="End" />${flows.join('')}</bpmn:process>
</bpmn:definitions>`;
}
