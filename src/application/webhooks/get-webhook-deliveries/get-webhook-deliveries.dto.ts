import { OptionalChoice, OptionalInt, RequiredId } from '../../requests/fields.js';

/** Which deliveries are asked for. */
export class GetWebhookDeliveriesData {
  @RequiredId('The webhook, by the id that the list shows.')
  webhookId!: string | number;

  @OptionalChoice('Only in this state; `parked`: its attempts are used up.', ['pending', 'parked'])
  state?: 'pending' | 'parked';

  @OptionalInt('From 1.', 1, 1_000_000)
  pageNumber?: number;

  @OptionalInt('20 without it.', 1, 100)
  pageSize?: number;
}
