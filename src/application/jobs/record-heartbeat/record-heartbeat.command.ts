import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { HELD_JOB_ALIASES } from '../job-fields.js';
import { RecordHeartbeatData } from './record-heartbeat.dto.js';

/** Says that a job is being worked on, and extends its lock. */
@ApiCommand({
  name: 'RecordHeartbeatCommand',
  permission: 'job:work',
  aliases: { ...HELD_JOB_ALIASES, lockDuration: 'lockDurationMs', newDuration: 'lockDurationMs' },
  data: RecordHeartbeatData,
  summary: 'Say that a job is being worked on, and extend its lock.',
  kind: 'command',
  doneEachTime: true,
})
export class RecordHeartbeatCommand extends ApiRequest<RecordHeartbeatData> {}
