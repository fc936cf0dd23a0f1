import type { ModelProblem, ModelReadResult } from '../../bpmn/index.js';
import { done, refused, type Answer } from '../../contract/answer.js';

/** What is wrong with a model, in a sentence. */
export function sayInvalid(errors: readonly ModelProblem[]): string {
  const [first] = errors;
  return `The BPMN model has ${errors.length === 1 ? 'an error' : `${errors.length} errors`}${first ? `: ${first.message}` : ''}`;
}

/** The answer to who only asks: a refusal like that of the deployment, or what would be deployed. Nothing was tried, so no audit entry tells of it. */
export function validationAnswer(model: ModelReadResult): Answer {
  if (model.kind === 'refused') return refused(sayInvalid(model.errors), { errors: model.errors }, '40');
  const processes = model.processes.map(({ key, name }) => ({ processKey: key, name }));
  return done('The BPMN model can be deployed.', { valid: true, processes, warnings: model.warnings });
}
