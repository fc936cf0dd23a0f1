/** A text that is no expression. Thrown while a model is compiled, never while it runs. */
export class ExpressionSyntaxError extends Error {
  override readonly name = 'ExpressionSyntaxError';

  constructor(
    message: string,
    /** The whole text, as the model has it. */
    readonly source: string,
    /** Offset into `source`, from 0, where it stops making sense. */
    readonly position: number,
  ) {
    super(`${message} (at position ${position + 1} of '${shorten(source)}')`);
  }
}

function shorten(text: string): string {
  return text.length <= 120 ? text : `${text.slice(0, 117)}...`;
}
