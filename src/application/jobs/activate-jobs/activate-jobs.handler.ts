import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, type Answer } from '../../../contract/answer.js';
import { tenantsOf } from '../../access/forbidden-tenants.js';
import { textsOf } from '../../requests/field-values.js';
import { JobBoard } from '../job-board.js';
import { DEFAULT_LOCK_MS } from '../job-fields.js';
import { ActivateJobsCommand } from './activate-jobs.command.js';

/** Where no wait is asked for, in ms: a loop that thinks of nothing is then no busy poll. */
const WAIT_MS = 10_000;

@CommandHandler(ActivateJobsCommand)
export class ActivateJobsHandler implements ICommandHandler<ActivateJobsCommand, Answer> {
  constructor(private readonly board: JobBoard) {}

  async execute({ data, caller }: ActivateJobsCommand): Promise<Answer> {
    const types = [...new Set(textsOf(data.types))].sort();
    const tenants = [...tenantsOf(caller, textsOf(data.tenants))].sort();
    const jobs = await this.board.take({
      kinds: tenants.flatMap((tenantId) => types.map((jobType) => ({ tenantId, jobType }))),
      maxJobs: data.maxJobs ?? 1,
      worker: data.worker ?? caller.actor.id,
      lockMs: data.lockDurationMs ?? DEFAULT_LOCK_MS,
      waitMs: data.waitMs ?? WAIT_MS,
      variables: textsOf(data.variables) ?? null,
      gone: caller.gone?.() ?? null,
    });
    return done(jobs.length === 0 ? 'No job of these types waits now.' : `${jobs.length} job(s) activated.`, { jobs });
  }
}
