import type { InstanceStatus } from '../../engine/index.js';
import { failedElements, openElements, type Rejected } from '../../engine/index.js';
import { instant } from '../instance-view.js';
import type { BatchItem, BatchOutcome } from '../ports/batches.js';
import type { RestReport } from '../session/await-rest.js';
import type { LiveInstance } from '../session/live-instance.js';

const NOTHING = { statusAfter: null, errorCode: null, errorMessage: null, reason: null } as const;

/** The end of an item whose instance there is not, or not any more. */
export function notFound({ itemNo, instanceId, instanceGuid }: BatchItem): BatchOutcome {
  return instanceId === null
    ? { ...NOTHING, itemNo, state: 'refused', reason: `Process instance '${instanceGuid}' not found.` }
    : { ...NOTHING, itemNo, state: 'moved-on', reason: `Process instance '${instanceGuid}' has been removed.` };
}

/** The end of an item whose command the state forbids: refused, unless the state was another when it was chosen. */
export function rejected(item: BatchItem, status: InstanceStatus, { code, message }: Rejected): BatchOutcome {
  const hasMovedOn =
    code === 'FAILURE_SETTLED' ||
    (code === 'TASK_NOT_RETRYING' && item.elementInstanceId !== null) ||
    (code === 'INVALID_STATE' && status !== item.statusBefore);
  return { ...NOTHING, itemNo: item.itemNo, state: hasMovedOn ? 'moved-on' : 'refused', statusAfter: status, reason: message };
}

/** The end of an item that could not be tried. */
export function unusable({ itemNo }: BatchItem, reason: string): BatchOutcome {
  return { ...NOTHING, itemNo, state: 'refused', reason };
}

/** The end of an item by that of its attempt. */
export function attempted({ itemNo }: BatchItem, visit: number, rest: RestReport): BatchOutcome {
  const { instance, attempt, passedOver } = rest;
  const base = { ...NOTHING, itemNo, statusAfter: instance.state.status };
  switch (attempt) {
    case 'none':
    case 'succeeded':
      return { ...base, state: 'recovered' };
    case 'passed-over': {
      const reason = `It failed, and its policy ended the task: ${passedOver?.decision ?? ''}.`;
      const { errorCode = null, errorMessage = null } = passedOver ?? {};
      return { ...base, state: 'recovered', errorCode, errorMessage, reason };
    }
    case 'failed':
      return { ...base, ...errorOf(instance, visit), state: 'failed-again' };
    case 'retrying':
      return { ...base, ...errorOf(instance, visit), state: 'still-running', reason: nextAttempt(instance, visit) };
    case 'pending':
      return { ...base, state: 'still-running', reason: 'Its attempt had not ended by then.' };
    case 'interrupted':
      return { ...base, state: 'interrupted', reason: 'The task was ended while it was executed.' };
  }
}

function errorOf(instance: LiveInstance, visit: number): Pick<BatchOutcome, 'errorCode' | 'errorMessage'> {
  const open = failedElements(instance.state).find(({ id }) => id === visit) ?? elementOf(instance, visit);
  return { errorCode: open?.incident?.code ?? null, errorMessage: open?.incident?.message ?? null };
}

function nextAttempt(instance: LiveInstance, visit: number): string {
  const dueAt = elementOf(instance, visit)?.dueAt ?? null;
  return dueAt === null
    ? 'It failed; its next automatic attempt is held back by a circuit.'
    : `It failed; its next automatic attempt is due at ${instant(dueAt)}.`;
}

function elementOf({ state }: LiveInstance, visit: number) {
  return openElements(state).find(({ id }) => id === visit);
}
