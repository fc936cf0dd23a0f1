import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Answer } from '../../../contract/answer.js';
import { addDuration, parseDuration, parseInstant } from '../../../engine/index.js';
import { invalidField } from '../../requests/invalid-request.js';
import { refuseTogether } from '../../requests/json-text.js';
import { instant } from '../../instance-view.js';
import { Clock } from '../../ports/clock.js';
import { originOf } from '../../requests/origin-of.js';
import { EditRetries } from '../edit-retries.js';
import { PostponeRetryCommand } from './postpone-retry.command.js';
import type { PostponeRetryData } from './postpone-retry.dto.js';

@CommandHandler(PostponeRetryCommand)
export class PostponeRetryHandler implements ICommandHandler<PostponeRetryCommand, Answer> {
  constructor(
    private readonly edit: EditRetries,
    private readonly clock: Clock,
  ) {}

  async execute({ data, caller }: PostponeRetryCommand): Promise<Answer> {
    const now = this.clock.now();
    const until = untilOf(data, now);
    const origin = originOf(caller, 'PostponeRetry', now, { comment: data.comment, detail: { until: instant(until) } });
    const { taskId = null, expectedVersion = null } = data;
    const command = { type: 'postpone-retry', taskId, until, expectedVersion } as const;
    return this.edit.apply(data, command, origin, 'The next attempt was moved.');
  }
}

/** Latest instant that may be waited for: year 9999. */
const LATEST = Date.UTC(9999, 11, 31);

function untilOf(data: PostponeRetryData, now: number): number {
  refuseTogether(data, ['until', 'by']);
  if (data.until === undefined && data.by === undefined)
    throw invalidField('until', 'required', 'Expected until or by, but neither is given');
  if (data.by !== undefined) {
    const duration = parseDuration(data.by);
    if (duration === null)
      throw invalidField('by', 'duration', `by must be an ISO 8601 duration such as PT1H, but is '${data.by}'`);
    return Math.min(addDuration(now, duration), LATEST);
  }
  const until = parseInstant(data.until ?? '');
  if (until === null || until > LATEST)
    throw invalidField(
      'until',
      'instant',
      `until must be an ISO 8601 instant before the year 10000, but is '${data.until ?? ''}'`,
    );
  return until;
}
