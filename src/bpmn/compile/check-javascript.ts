import { compileFunction } from 'node:vm';
import type { Report } from '../problem.js';

/** Reports JavaScript that is neither a function's body nor an expression. It is compiled to see that, never run. */
export function checkJavaScript(source: string, what: string, report: Report): void {
  const body = syntaxError(source);
  if (body === null || syntaxError(`return (${source}\n)`) === null) return;
  report.error('invalid-script', `Expected JavaScript in ${what}, but it cannot be parsed: ${body}`);
}

/** As a body by itself: text that closes the function it will stand in, to go on outside, is no body. */
function syntaxError(body: string): string | null {
  try {
    compileFunction(body);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
