import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, refused, type Answer } from '../../../contract/answer.js';
import { addDuration, parseDuration, parseInstant } from '../../../engine/index.js';
import { instant } from '../../instance-view.js';
import { Clock } from '../../ports/clock.js';
import { DueWork } from '../../ports/due-work.js';
import { invalidField } from '../../requests/invalid-request.js';
import { refuseTogether } from '../../requests/json-text.js';
import { AdvanceClockCommand } from './advance-clock.command.js';
import type { AdvanceClockData } from './advance-clock.dto.js';

@CommandHandler(AdvanceClockCommand)
export class AdvanceClockHandler implements ICommandHandler<AdvanceClockCommand, Answer> {
  constructor(
    private readonly clock: Clock,
    private readonly dueWork: DueWork,
  ) {}

  async execute({ data }: AdvanceClockCommand): Promise<Answer> {
    if (!this.clock.isMovable) {
      return refused('The clock of this server cannot be moved. Start it with REPRISE_TEST_CLOCK=true.', null);
    }
    const from = this.clock.now();
    const to = target(data, from);
    this.clock.advance(to - from);
    const fired = await this.dueWork.runAllDue();
    return done('Clock advanced successfully.', { from: instant(from), now: instant(this.clock.now()), fired });
  }
}

function target(data: AdvanceClockData, now: number): number {
  refuseTogether(data, ['by', 'to']);
  if (data.to !== undefined) {
    const to = parseInstant(data.to);
    if (to === null || to < now)
      throw invalidField('to', 'instant', `to must be an ISO 8601 instant that is not past, but is '${data.to}'`);
    return to;
  }
  const duration = parseDuration(data.by ?? '');
  if (duration === null)
    throw invalidField('by', 'duration', `by must be an ISO 8601 duration such as PT1H, but is '${data.by ?? ''}'`);
  return addDuration(now, duration);
}
