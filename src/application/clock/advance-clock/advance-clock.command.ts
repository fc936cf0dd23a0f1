import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { AdvanceClockData } from './advance-clock.dto.js';

/** Moves the server's clock, for testing processes with long timers. */
@ApiCommand({
  name: 'AdvanceClockCommand',
  permission: 'clock:advance',
  data: AdvanceClockData,
  summary: "Move the server's clock (only with REPRISE_TEST_CLOCK=true).",
  kind: 'command',
})
export class AdvanceClockCommand extends ApiRequest<AdvanceClockData> {}
