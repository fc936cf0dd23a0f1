import type { Problems } from '../problem.js';
import type { SourceModel } from '../source-model.js';

/** One rule: looks at the executable processes of a model and reports where it is broken. */
export type Validator = (model: SourceModel, problems: Problems) => void;
