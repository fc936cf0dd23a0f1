import { newInstance, step, type Accepted, type StepContext, type StepResult } from '../../engine/index.js';
import { EMPTY_TRAIL, type LiveInstance } from './live-instance.js';

/** The first step of a run that follows another. */
export interface NextRun {
  readonly before: LiveInstance;
  readonly result: Accepted;
  readonly variablesText: string;
}

/**
 * The run that a step asks for: a new instance of the same version, with the start variables and the caller of the one that it
 * follows. Null: the step asks for none.
 */
export function nextRunOf(
  closed: LiveInstance,
  done: StepResult,
  contextOf: (instance: LiveInstance) => StepContext,
  ids: { nextId(): number },
): NextRun | null {
  if (done.kind === 'rejected' || done.state.ending === null) return null;
  const { effects, state } = done;
  const asked = effects.find((effect) => effect.type === 'begin-run');
  if (!asked) return null;
  const { guid, run, incident } = asked;
  const variables = closed.header.startVariables ?? {};
  const { executionMode } = state;
  const { startEventId } = run;
  const command = { type: 'start-process-instance', guid, variables, executionMode, startEventId, run, after: incident } as const;
  const context = contextOf(closed);
  const result = step(closed.definition, null, command, context);
  if (result.kind === 'rejected') throw new Error(`Expected run ${run.number} to begin, but: ${result.message}`);
  const header = { ...closed.header, id: ids.nextId(), guid, restartedFrom: null };
  const before = { ...closed, header, state: newInstance(command, context.now), trail: EMPTY_TRAIL };
  return { before, result, variablesText: JSON.stringify(variables) };
}
