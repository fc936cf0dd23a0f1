import { compileFeel } from '../../expressions/index.js';
import type { Report } from '../problem.js';
import type { WorkSetting } from '../settings.js';
import { checkJavaScript } from './check-javascript.js';
import { compileExpression } from './compile-expression.js';
import { scriptLanguage } from './script-language.js';

/** A script task's work, its text checked. `what` names its place in the model. */
export function compileScript(source: string, languageName: string, what: string, report: Report): WorkSetting {
  const language = scriptLanguage(languageName);
  if (language === 'javascript') checkJavaScript(source, what, report);
  else if (language === 'feel') compileExpression(() => compileFeel(source), what, report);
  else
    report.error(
      'unsupported-script-language',
      `Expected a script in javascript or feel, but ${what} is in '${languageName}'`,
      'Rewrite it in one of them.',
    );
  return { connector: 'script', config: { language: language ?? 'javascript', mode: 'task', source }, timeoutMs: null };
}
