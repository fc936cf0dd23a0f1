import { InstanceData, OptionalInt, OptionalText } from '../../requests/fields.js';

/** A page of the history of an instance. */
export class GetProcessInstanceHistoryData extends InstanceData {
  @OptionalText('Only visits of this element.', 255)
  taskId?: string;

  @OptionalInt('Visits on a page; 50 without it.', 1, 100)
  pageSize?: number;

  @OptionalText('From the answer before.', 255)
  cursor?: string;
}
