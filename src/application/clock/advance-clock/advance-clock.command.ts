import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { AdvanceClockData } from './advance-clock.dto.js';

/** Moves the server's clock, for testing processes with long timers. */
@ApiCommand({
  name: 'AdvanceClockCommand',
  permission: 'clock:advance',
  data: AdvanceClockData,
  summary:
    "Move this server process's clock and do all that is due then (only with REPRISE_TEST_CLOCK=true). Other nodes keep theirs: use it with one node.",
  kind: 'command',
})
export class AdvanceClockCommand extends ApiRequest<AdvanceClockData> {}
