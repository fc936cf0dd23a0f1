import { MAX_ATTEMPTS, MAX_DELAY_MS } from '../../../engine/index.js';
import { OperatorData, OptionalChoice, OptionalFlag, OptionalInt, OptionalNumber, OptionalText } from '../../requests/fields.js';

/** What is not given stays as it is. `delayMs`, `coefficient`, `maximumDelayMs` and `jitter` make a new curve. */
export class UpdateRetryPolicyData extends OperatorData {
  @OptionalText('Which task, when several are attempted or wait for it.', 255)
  taskId?: string;

  @OptionalInt('Attempts in all, the first included.', 1, MAX_ATTEMPTS)
  maxAttempts?: number;

  @OptionalInt('Attempts from now on, whatever were before.', 0, MAX_ATTEMPTS)
  retriesLeft?: number;

  @OptionalFlag('Attempts without end.')
  unlimited?: boolean;

  @OptionalInt('Wait before the next attempt, in ms; the first of the curve.', 0, MAX_DELAY_MS)
  delayMs?: number;

  @OptionalNumber('Each wait is the one before times this; 1 without it.', 1, 1_000)
  coefficient?: number;

  @OptionalInt('Longest wait, in ms; 100 times `delayMs` without it.', 0, MAX_DELAY_MS)
  maximumDelayMs?: number;

  @OptionalChoice('How the waits are spread; `none` without it.', ['none', 'full', 'equal'])
  jitter?: 'none' | 'full' | 'equal';

  @OptionalInt('No attempt begins later than this after the first, in ms.', 0, MAX_DELAY_MS)
  totalBudgetMs?: number;

  @OptionalText('Why, for the audit trail.')
  comment?: string;
}
