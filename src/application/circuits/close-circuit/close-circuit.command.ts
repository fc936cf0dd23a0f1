import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { CloseCircuitData } from './close-circuit.dto.js';

/** Lets attempts through again, in cohorts that double. */
@ApiCommand({
  name: 'CloseCircuitCommand',
  permission: 'circuit:write',
  data: CloseCircuitData,
  summary: 'Let attempts through again, in cohorts that double.',
  kind: 'command',
})
export class CloseCircuitCommand extends ApiRequest<CloseCircuitData> {}
