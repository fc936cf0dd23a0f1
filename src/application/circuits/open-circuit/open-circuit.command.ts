import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { OpenCircuitData } from './open-circuit.dto.js';

/** Holds back automatic attempts that depend on an endpoint or a task type. */
@ApiCommand({
  name: 'OpenCircuitCommand',
  permission: 'circuit:write',
  data: OpenCircuitData,
  summary: 'Hold back automatic attempts that depend on an endpoint or a task type.',
  kind: 'command',
})
export class OpenCircuitCommand extends ApiRequest<OpenCircuitData> {}
