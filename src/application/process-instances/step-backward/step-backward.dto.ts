import { InstanceData } from '../../requests/fields.js';

/** CONTRACT section 6. */
export class StepBackwardData extends InstanceData {}
