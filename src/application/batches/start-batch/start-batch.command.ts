import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { BATCH_PLAN_ALIASES, BatchPlanData } from '../batch-plan.js';

/** Does a command on many instances, and finds out what came of each. */
@ApiCommand({
  name: 'StartBatchCommand',
  permission: 'batch:write',
  aliases: BATCH_PLAN_ALIASES,
  data: BatchPlanData,
  summary: 'Do a command on many instances, and find out what came of each.',
  kind: 'command',
})
export class StartBatchCommand extends ApiRequest<BatchPlanData> {}
