import type { JsonValue } from '../state/json.js';

/** Variables as an expression sees them: names to JSON values. */
export type Variables = Readonly<Record<string, JsonValue>>;

/**
 * A compiled expression that has no effect outside: FEEL, `${...}`, a path or a literal.
 * JavaScript is not among them: it runs in the sandbox, as {@link Work}.
 */
export interface Expression {
  readonly language: 'feel' | 'juel' | 'path' | 'literal';
  /** As the model has it, for messages. */
  readonly source: string;
  /**
   * The value for these variables. Pure. What is missing is `null`.
   * @throws ExpressionError when the expression cannot be evaluated; the element then fails with an incident.
   */
  evaluate(variables: Variables): JsonValue;
}

/** Why an expression has no value. Becomes an incident with code `EXPRESSION_FAILED`. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
}
