import { InstanceData } from '../../requests/fields.js';

/** CONTRACT section 6. */
export class StepForwardData extends InstanceData {}
