import { InstanceData, OptionalInt, OptionalText } from '../../requests/fields.js';

/** CONTRACT section 6. */
export class GetProcessInstanceActivitiesData extends InstanceData {
  @OptionalInt('Visits on a page.', 1, 1_000)
  pageSize?: number;

  @OptionalText('From the answer before.', 255)
  cursor?: string;
}
