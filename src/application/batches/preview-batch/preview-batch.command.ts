import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { BATCH_PLAN_ALIASES } from '../batch-plan.js';
import { PreviewBatchData } from './preview-batch.dto.js';

/** What a batch would be about, with a dry run of its first items. Changes nothing. */
@ApiCommand({
  name: 'PreviewBatchQuery',
  permission: 'instance:read',
  aliases: BATCH_PLAN_ALIASES,
  data: PreviewBatchData,
  summary: 'What a batch would be about, with a dry run of its first items. Changes nothing.',
  kind: 'query',
})
export class PreviewBatchQuery extends ApiRequest<PreviewBatchData> {}
