import type { Expression, JsonValue } from '../engine/index.js';

/** An expression that always has this value. */
export function literal(value: JsonValue): Expression {
  const source = typeof value === 'string' ? value : JSON.stringify(value);
  return { language: 'literal', source, evaluate: () => value };
}
