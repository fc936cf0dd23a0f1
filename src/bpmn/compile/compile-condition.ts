import type { Expression } from '../../engine/index.js';
import { compileFeel, compileJuel } from '../../expressions/index.js';
import type { Report } from '../problem.js';
import type { SourceFlow } from '../source-model.js';
import { checkJavaScript } from './check-javascript.js';
import { compileExpression } from './compile-expression.js';
import { scriptLanguage } from './script-language.js';

/** A flow's condition. `expression` is null for JavaScript, which the gateway's decision evaluates. */
export interface CompiledCondition {
  readonly language: 'javascript' | 'feel' | 'juel';
  readonly source: string;
  readonly expression: Expression | null;
}

/** The gateways whose decision may be JavaScript. */
export const DECIDING_GATEWAYS: readonly string[] = ['exclusiveGateway', 'inclusiveGateway'];

/** `${...}` is JUEL, `=...` is FEEL, anything else a JavaScript body or expression, unless `language` says otherwise. */
export function compileCondition(flow: SourceFlow, report: Report): CompiledCondition | null {
  if (!flow.condition) return null;
  const { text, language: named } = flow.condition;
  const what = 'the condition';
  const language = named?.trim() ? scriptLanguage(named) : languageOf(text);
  if (language === null) {
    report.error(
      'unsupported-script-language',
      `Expected a condition in \${...}, FEEL or JavaScript, but it is in '${named ?? ''}'`,
    );
    return null;
  }
  if (language === 'feel')
    return { language, source: text, expression: compileExpression(() => compileFeel(text), what, report) };
  if (language === 'juel') {
    if (!/^[$#]\{[^]*\}$/.test(text))
      report.error('invalid-expression', `Expected the whole condition inside \${...}, but found '${text}'`);
    return { language, source: text, expression: compileExpression(() => compileJuel(text), what, report) };
  }
  checkJavaScript(text, what, report);
  if (flow.source && !DECIDING_GATEWAYS.includes(flow.source.type))
    report.error(
      'javascript-condition-without-gateway',
      `Expected a condition in \${...} or FEEL on a flow that leaves a ${flow.source.type}, but it is JavaScript`,
      'Use a gateway, or write the condition in ${...} or FEEL.',
    );
  return { language, source: text, expression: null };
}

function languageOf(text: string): CompiledCondition['language'] {
  if (text.startsWith('=')) return 'feel';
  return /^[$#]\{/.test(text) ? 'juel' : 'javascript';
}
