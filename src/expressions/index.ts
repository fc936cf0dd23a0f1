/** Expressions of models: compiled once, evaluated without any effect. */
export { ExpressionSyntaxError } from './expression-syntax-error.js';
export { compileFeel } from './feel.js';
export { compileJuel, isJuel } from './juel.js';
export { literal } from './literal.js';
export { compileSource } from './source.js';
export { fillAddress, fillJson, fillText } from './template.js';
