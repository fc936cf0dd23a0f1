import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, type Answer } from '../../../contract/answer.js';
import { claimOf } from '../../caller.js';
import { CircuitBreakers, CircuitStore } from '../../ports/circuits.js';
import { Clock } from '../../ports/clock.js';
import { RequestAudit } from '../../request-audit.js';
import { invalidField } from '../../requests/invalid-request.js';
import { originOf } from '../../requests/origin-of.js';
import { circuitView } from '../circuit-view.js';
import { forceOpen, freshCircuit } from '../circuit.js';
import { OpenCircuitCommand } from './open-circuit.command.js';

@CommandHandler(OpenCircuitCommand)
export class OpenCircuitHandler implements ICommandHandler<OpenCircuitCommand, Answer> {
  constructor(
    private readonly circuits: CircuitStore,
    private readonly breakers: CircuitBreakers,
    private readonly audit: RequestAudit,
    private readonly clock: Clock,
  ) {}

  async execute({ data, caller }: OpenCircuitCommand): Promise<Answer> {
    const circuit = nameOf(data.circuit);
    const { forMs } = data;
    const detail = { circuit, ...(forMs !== undefined && { forMs }) };
    const origin = originOf(caller, 'OpenCircuit', this.clock.now(), { comment: data.comment, detail });
    const key = { tenantId: caller.tenantId, circuit };
    const reason = `opened by ${caller.actor.id}`;
    const status = await this.circuits.change(
      key,
      (before, now) =>
        forceOpen(before ?? freshCircuit(now, this.breakers.settings), reason, forMs === undefined ? null : now + forMs, now),
      () => [this.audit.entry(origin, 'succeeded')],
      claimOf(caller),
    );
    this.breakers.learn(key, status);
    this.audit.written();
    return done('Circuit opened: automatic attempts that depend on it are held back.', circuitView(circuit, status));
  }
}

/** As attempts name it: an origin without a path, or a task type. @throws InvalidRequest */
function nameOf(text: string): string {
  if (/^task:\S/.test(text)) return text;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url && (url.protocol === 'http:' || url.protocol === 'https:')) return url.origin;
  throw invalidField('circuit', 'circuit', `circuit must be https://host:port or task:<type>, but is '${text}'`);
}
