import { OptionalInt, OptionalText, OptionalTexts } from '../../requests/fields.js';

const STATUSES = ['pending', 'approved', 'executed', 'refused', 'rejected', 'expired'] as const;

/** Which requests for approval are asked for. */
export class GetApprovalsData {
  @OptionalTexts('Only in these states.', STATUSES)
  status?: string[];

  @OptionalText('Only about this process instance.', 255)
  instanceGuid?: string;

  @OptionalInt('From 1.', 1, 1_000_000)
  pageNumber?: number;

  @OptionalInt('20 without it.', 1, 100)
  pageSize?: number;
}
