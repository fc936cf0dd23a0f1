import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, refused, type Answer } from '../../../contract/answer.js';
import { addDuration, parseDuration, parseInstant } from '../../../engine/index.js';
import { instant } from '../../instance-view.js';
import { Clock } from '../../ports/clock.js';
import { DueWork } from '../../ports/due-work.js';
import { RequestAudit } from '../../request-audit.js';
import { invalidField } from '../../requests/invalid-request.js';
import { refuseTogether } from '../../requests/json-text.js';
import { originOf } from '../../requests/origin-of.js';
import { AdvanceClockCommand } from './advance-clock.command.js';
import type { AdvanceClockData } from './advance-clock.dto.js';

@CommandHandler(AdvanceClockCommand)
export class AdvanceClockHandler implements ICommandHandler<AdvanceClockCommand, Answer> {
  constructor(
    private readonly clock: Clock,
    private readonly dueWork: DueWork,
    private readonly audit: RequestAudit,
  ) {}

  async execute({ data, caller }: AdvanceClockCommand): Promise<Answer> {
    if (!this.clock.isMovable) {
      return refused('The clock of this server cannot be moved. Start it with REPRISE_TEST_CLOCK=true.', null);
    }
    const from = this.clock.now();
    const to = target(data, from);
    const origin = originOf(caller, 'AdvanceClock', from, { detail: { from: instant(from), to: instant(to) } });
    await this.audit.record(origin, 'succeeded');
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
  if (data.by === undefined) throw invalidField('by', 'required', 'Expected by or to, but neither is given');
  const duration = parseDuration(data.by);
  if (duration === null)
    throw invalidField('by', 'duration', `by must be an ISO 8601 duration such as PT1H, but is '${data.by}'`);
  return addDuration(now, duration);
}
