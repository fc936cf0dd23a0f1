import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, type Answer } from '../../../contract/answer.js';
import { claimOf } from '../../caller.js';
import { CircuitBreakers, CircuitStore } from '../../ports/circuits.js';
import { Clock } from '../../ports/clock.js';
import { RequestAudit } from '../../request-audit.js';
import { originOf } from '../../requests/origin-of.js';
import { circuitView } from '../circuit-view.js';
import { reopenGradually } from '../circuit.js';
import { CloseCircuitCommand } from './close-circuit.command.js';

@CommandHandler(CloseCircuitCommand)
export class CloseCircuitHandler implements ICommandHandler<CloseCircuitCommand, Answer> {
  constructor(
    private readonly circuits: CircuitStore,
    private readonly breakers: CircuitBreakers,
    private readonly audit: RequestAudit,
    private readonly clock: Clock,
  ) {}

  async execute({ data, caller }: CloseCircuitCommand): Promise<Answer> {
    const { circuit } = data;
    const origin = originOf(caller, 'CloseCircuit', this.clock.now(), { comment: data.comment, detail: { circuit } });
    const known = (await this.circuits.overview(caller.tenantId)).find((each) => each.circuit === circuit);
    if (!known || known.status.state === 'closed') {
      const data = { currentState: known?.status.state ?? null };
      return this.audit.refuse(origin, `Expected circuit '${circuit}' to be open, but it is not.`, data, '99');
    }
    const key = { tenantId: caller.tenantId, circuit };
    const status = await this.circuits.change(
      key,
      (before, now) => reopenGradually(before ?? known.status, `closed by ${caller.actor.id}`, now),
      () => [this.audit.entry(origin, 'succeeded')],
      claimOf(caller),
    );
    this.breakers.learn(key, status);
    this.audit.written();
    return done('Circuit is closing: attempts are let through in cohorts that double.', circuitView(circuit, status));
  }
}
