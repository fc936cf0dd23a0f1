import { OptionalInt, OptionalText, OptionalTexts, RequiredId } from '../../requests/fields.js';

const STATES = [
  'pending',
  'running',
  'recovered',
  'failed-again',
  'still-running',
  'interrupted',
  'done',
  'refused',
  'moved-on',
  'not-attempted',
] as const;

/** Which items are asked for. */
export class GetBatchItemsData {
  @RequiredId('The batch.')
  batchId!: string | number;

  @OptionalTexts('Only in these states.', STATES)
  state?: string[];

  @OptionalInt('100 without it.', 1, 1_000)
  pageSize?: number;

  @OptionalText('From the answer before.', 500)
  cursor?: string;
}
