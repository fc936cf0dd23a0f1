import type { CallActivityNode, Expression } from '../../engine/index.js';
import { compileSource, literal } from '../../expressions/index.js';
import { textOf } from '../moddle-element.js';
import type { Report } from '../problem.js';
import type { Settings } from '../settings.js';
import type { SourceNode } from '../source-model.js';
import { compileExpression } from './compile-expression.js';

/** A process key as text, `=feel` or with `${...}`. */
export function calledProcessOf(text: string, what: string, report: Report): Expression {
  const key = text.trim();
  const isEvaluated = key.startsWith('=') || key.includes('${');
  return isEvaluated ? compileExpression(() => compileSource(key), what, report) : literal(key);
}

/** What a call activity calls; reports one that does not say it, and one that says it twice. */
export function compileCall(
  node: SourceNode,
  { call }: Settings,
  report: Report,
): Pick<CallActivityNode, 'calledProcess' | 'passesAll' | 'returnsAll'> {
  const attribute = textOf(node.element, 'calledElement')?.trim();
  const own = attribute ? calledProcessOf(attribute, 'calledElement', report) : undefined;
  const calledProcess = call?.calledProcess ?? own;
  if (!calledProcess)
    report.error(
      'missing-called-element',
      `Expected call activity '${node.name}' to say which process it calls, but it does not`,
      'Add calledElement with the id of the process, or zeebe:calledElement with processId.',
    );
  else if (call?.calledProcess && own && call.calledProcess.source !== own.source)
    report.error(
      'conflicting-settings',
      `Expected the called process to be said once, but it is '${own.source}' and '${call.calledProcess.source}'`,
      'Keep one of them.',
    );
  return {
    calledProcess: calledProcess ?? literal(null),
    passesAll: call?.passesAll ?? true,
    returnsAll: call?.returnsAll ?? false,
  };
}
