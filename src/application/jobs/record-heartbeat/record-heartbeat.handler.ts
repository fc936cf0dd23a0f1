import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, type Answer } from '../../../contract/answer.js';
import { instant } from '../../instance-view.js';
import { JobCommand } from '../job-command.js';
import { DEFAULT_LOCK_MS } from '../job-fields.js';
import { RecordHeartbeatCommand } from './record-heartbeat.command.js';

@CommandHandler(RecordHeartbeatCommand)
export class RecordHeartbeatHandler implements ICommandHandler<RecordHeartbeatCommand, Answer> {
  constructor(private readonly jobs: JobCommand) {}

  async execute({ data, caller }: RecordHeartbeatCommand): Promise<Answer> {
    const { jobId, token, worker, details, lockDurationMs: lockMs = DEFAULT_LOCK_MS } = data;
    const applied = await this.jobs.apply(
      { jobId, action: null, caller, worker },
      ({ elementInstanceId }) => ({ type: 'record-heartbeat', elementInstanceId, attempt: token, details, lockMs }),
      // Whoever holds nothing any more has nothing left to do.
      { cancelRequested: true },
    );
    if (applied.kind === 'answer') return applied.answer;
    const { head, visit, paused } = applied;
    const lockedUntil = visit?.lock ? instant(visit.lock.lockedUntil) : null;
    return done('Heartbeat recorded.', { ...head, lockedUntil, cancelRequested: false, pauseRequested: paused });
  }
}
