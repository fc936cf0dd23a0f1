import { isPutOff, nodeOf, openElements, touchElement, type Draft } from '../state/draft.js';
import type { ElementInstance } from '../state/instance-state.js';
import { failElement, type Failure } from './fail-element.js';

/** The key of an instance's one `continue` row: no visit has this id, and all that is put off goes on together. */
const CONTINUE_ROW = 0;
/** Steps in a row that may put something off before what is put off is taken for an endless loop. */
const CONTINUATIONS = 10;
/** Tokens of an instance, those on their way included: a model that multiplies them must not fill the memory. */
const TOKENS = 10_000;

/** The step is full: the visit begins in a later one. */
export function putOff(draft: Draft, instance: ElementInstance): void {
  instance.dueAt = draft.context.now;
  draft.putOff = true;
}

/**
 * The visit, which is `ready`, begins in the next step that the `continue` row makes, whatever this one did.
 * @param delayMs the row falls due so much later, unless more is put off
 */
export function goOnLater(draft: Draft, instance: ElementInstance, delayMs = 0): void {
  instance.dueAt = draft.context.now + delayMs;
  draft.continues = true;
  draft.state.continuations = Math.max(1, draft.state.continuations);
}

/** A person has decided about a failure: what was put off gets all its steps anew. */
export function grantContinuations(draft: Draft): void {
  if (draft.state.continuations === 0) return;
  draft.state.continuations = 1;
  draft.continues = true;
}

/**
 * At the end of a step: schedules the one row that goes on with all that is put off, or gives it up where nothing is. Past the
 * bound nothing goes on by itself: one incident stands for all of it.
 */
export function settlePutOff(draft: Draft): void {
  const { state } = draft;
  if (draft.putOff) state.continuations = Math.min(state.continuations + 1, CONTINUATIONS + 1);
  else if (state.continuations === 0) return;
  const held = openElements(state).filter(isPutOff);
  const [oldest] = held;
  if (oldest === undefined || hasStopped(draft)) giveUpContinueRow(draft);
  if (oldest === undefined) state.continuations = 0;
  else if (hasStopped(draft)) reportStop(draft, oldest, held.length);
  else if (draft.putOff || draft.continues) scheduleContinueRow(draft, held);
}

/** Whether what is put off waits for a person. */
export function hasStopped({ state }: Draft): boolean {
  return state.continuations > CONTINUATIONS;
}

/** The `continue` row must not fire any more. */
function giveUpContinueRow(draft: Draft): void {
  draft.effects.push({ type: 'cancel-timer', elementInstanceId: CONTINUE_ROW, timerNodeId: '' });
}

/** The failure of an element that would make more tokens than an instance may have; nothing else of it goes on either. Null: it may. */
export function refuseTokens(draft: Draft, name: string, added: number): Failure | null {
  let tokens = draft.queue.length + added;
  for (const key in draft.state.scopes) tokens += draft.state.scopes[key]?.elements.length ?? 0;
  if (tokens <= TOKENS) return null;
  draft.budget = 0;
  draft.state.continuations = CONTINUATIONS + 1;
  return {
    code: 'TOO_MANY_TOKENS',
    kind: 'model',
    message: `Expected the process to have at most ${TOKENS} tokens, but by the ways out of '${name}' it would have ${tokens}. Repair the variables that its conditions read and skip it to one of its targets, or cancel.`,
  };
}

/** When the first of what is put off may go on. */
function scheduleContinueRow(draft: Draft, held: readonly ElementInstance[]): void {
  const dueAt = Math.max(draft.context.now, Math.min(...held.map((each) => each.dueAt ?? 0)));
  draft.effects.push({ type: 'schedule-timer', kind: 'continue', elementInstanceId: CONTINUE_ROW, timerNodeId: '', dueAt });
}

function reportStop(draft: Draft, oldest: ElementInstance, count: number): void {
  const isReported = openElements(draft.state).some(
    ({ status, incident }) => status === 'failed' && (incident?.code === 'STEP_LIMIT' || incident?.code === 'TOO_MANY_TOKENS'),
  );
  const instance = isReported ? null : touchElement(draft, oldest.id);
  if (!instance) return;
  const node = nodeOf(draft, instance);
  if (count === 1) draft.state.continuations = 0;
  const others = count === 1 ? '' : ` ${count - 1} more tokens are held until it is decided.`;
  failElement(draft, node, instance, {
    code: 'STEP_LIMIT',
    kind: 'model',
    message: `Expected '${node.name}' to be reached within a bounded number of steps, but the process runs in a loop without any wait.${others}`,
  });
}
