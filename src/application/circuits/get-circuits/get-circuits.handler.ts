import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, type Answer } from '../../../contract/answer.js';
import { CircuitStore } from '../../ports/circuits.js';
import { circuitView } from '../circuit-view.js';
import { GetCircuitsQuery } from './get-circuits.command.js';

@CommandHandler(GetCircuitsQuery)
export class GetCircuitsHandler implements ICommandHandler<GetCircuitsQuery, Answer> {
  constructor(private readonly circuits: CircuitStore) {}

  async execute({ data, caller }: GetCircuitsQuery): Promise<Answer> {
    const all = await this.circuits.overview(caller.tenantId);
    const wanted = all.filter(({ status }) => data.includeClosed === true || status.state !== 'closed');
    const items = wanted.map(({ circuit, status, held, parked }) => ({ ...circuitView(circuit, status), held, parked }));
    return done('Circuits retrieved successfully', { items });
  }
}
