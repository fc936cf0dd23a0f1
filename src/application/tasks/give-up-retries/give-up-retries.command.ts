import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { INSTANCE_ALIASES } from '../../requests/fields.js';
import { GiveUpRetriesData } from './give-up-retries.dto.js';

/** Ends the automatic attempts of a task: its last failure becomes an incident. */
@ApiCommand({
  name: 'GiveUpRetriesCommand',
  permission: 'task:retry',
  aliases: INSTANCE_ALIASES,
  data: GiveUpRetriesData,
  summary: 'End the automatic attempts of a task: a person decides.',
  kind: 'command',
})
export class GiveUpRetriesCommand extends ApiRequest<GiveUpRetriesData> {}
