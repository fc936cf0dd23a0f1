import { InstanceData, OptionalInstant, OptionalInt } from '../../requests/fields.js';

/** Exactly one of `version` and `at`. */
export class GetStateAtData extends InstanceData {
  @OptionalInt('After this step: the version that the instance had then.', 1, 2_147_483_647)
  version?: number;

  @OptionalInstant('At this instant.')
  at?: string;
}
