import { Script } from 'node:vm';
import type { Report } from '../problem.js';

/** Reports JavaScript that is neither a function's body nor an expression. It is compiled to see that, never run. */
export function checkJavaScript(source: string, what: string, report: Report): void {
  const body = syntaxError(`(async function () {${source}\n})`);
  if (body === null || syntaxError(`(${source}\n)`) === null) return;
  report.error('invalid-script', `Expected JavaScript in ${what}, but it cannot be parsed: ${body}`);
}

function syntaxError(code: string): string | null {
  try {
    new Script(code);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
