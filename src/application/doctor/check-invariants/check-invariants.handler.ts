import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, type Answer } from '../../../contract/answer.js';
import { InvariantReader } from '../../ports/doctor.js';
import { CheckInvariantsQuery } from './check-invariants.command.js';

/** Of the caller's tenant; of all tenants where the caller may do everything, as the server's own operator may. */
@CommandHandler(CheckInvariantsQuery)
export class CheckInvariantsHandler implements ICommandHandler<CheckInvariantsQuery, Answer> {
  constructor(private readonly invariants: InvariantReader) {}

  async execute({ caller }: CheckInvariantsQuery): Promise<Answer> {
    const isServerWide = caller.permissions.has('*');
    const checks = await this.invariants.check(isServerWide ? null : caller.tenantId);
    const broken = checks.filter(({ ok }) => !ok).map(({ check }) => check);
    const message =
      broken.length === 0 ? `All ${checks.length} checks hold.` : `${broken.length} checks do not hold: ${broken.join(', ')}.`;
    return done(message, { ok: broken.length === 0, scope: isServerWide ? 'server' : 'tenant', checks });
  }
}
