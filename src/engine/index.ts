/** The engine's face: a pure function and the shapes it speaks. */
export * from './commands/command.js';
export * from './definition/expression.js';
export * from './definition/process-definition.js';
export * from './effects/effect.js';
export type { RetryPolicy } from './recovery/retry-policy.js';
export * from './state/instance-state.js';
export * from './state/json.js';
export * from './step-result.js';
