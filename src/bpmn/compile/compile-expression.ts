import type { Expression } from '../../engine/index.js';
import { ExpressionSyntaxError, literal } from '../../expressions/index.js';
import type { Report } from '../problem.js';

/** Compiles an expression; one that cannot be understood is reported and stands as `null`. `what` names its place in the model. */
export function compileExpression(compile: () => Expression, what: string, report: Report): Expression {
  try {
    return compile();
  } catch (error) {
    if (!(error instanceof ExpressionSyntaxError)) throw error;
    report.error('invalid-expression', `${error.message}, in ${what}`);
    return literal(null);
  }
}
