/** The engine's face: a pure function and the shapes it speaks. */
export * from './commands/command.js';
export * from './definition/expression.js';
export * from './definition/process-definition.js';
export * from './effects/effect.js';
export { executeEffectOf } from './behaviors/run-attempt.js';
export { armTimer } from './event-definitions/timer.js';
export { checkInvariants } from './state/check-invariants.js';
export { isPutOff, openElements } from './state/draft.js';
export { newInstance } from './commands/start-process-instance.js';
export { failedElements } from './commands/guards.js';
export { parseDuration, parseInstant, parseRepeatingInterval, addDuration } from './event-definitions/iso-8601.js';
export * from './recovery/retry-policy.js';
export { classifyError, ERROR_CLASSES, isTransient, statusOf, type ErrorClass } from './recovery/classify-error.js';
export { delayOf } from './recovery/delay-of.js';
export * from './state/instance-state.js';
export * from './state/json.js';
export { step } from './step.js';
export * from './step-result.js';
