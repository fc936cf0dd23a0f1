import type { Mapping } from '../../engine/index.js';
import { compileJuel, compileSource } from '../../expressions/index.js';
import { compileExpression } from '../compile/compile-expression.js';
import type { ExtensionElement, Extensions } from '../extensions.js';
import type { Report } from '../problem.js';
import type { Settings } from '../settings.js';

/** The business key of the parent, which a child has in any case. */
const OWN_BUSINESS_KEY = /^[$#]\{\s*execution\.(?:processBusinessKey|businessKey)\s*\}$/;

/** `camunda:in` and `camunda:out` of a call activity: where one of them is there, only what they say goes in and comes out. */
export function readCall7({ elements, attributes }: Extensions, report: Report): Settings {
  const binding = attributes['calledElementBinding'];
  if (binding !== undefined && binding !== 'latest')
    report.error(
      'unsupported-extension',
      `Expected camunda:calledElementBinding to be latest, but it is '${binding}'`,
      'The newest active version is called; remove it.',
    );
  const ins = elements.filter(({ name }) => name === 'in');
  const outs = elements.filter(({ name }) => name === 'out');
  if (ins.length === 0 && outs.length === 0) return {};
  const inputs = ins.flatMap((each) => readMapping(each, report));
  const outputs = outs.flatMap((each) => readMapping(each, report));
  const returnsAll = outs.some(isAll);
  if (returnsAll && outputs.length > 0)
    report.error(
      'conflicting-settings',
      'Expected camunda:out of all variables or of some, but found both',
      'Keep variables="all", or name each.',
    );
  return {
    resultVariable: null,
    ...(inputs.length > 0 && { inputs }),
    ...(outputs.length > 0 && { outputs }),
    call: { passesAll: ins.some(isAll), returnsAll },
  };
}

function readMapping(element: ExtensionElement, report: Report): Mapping[] {
  const { source, sourceExpression, target, businessKey, local } = element.attributes;
  const what = `camunda:${element.name}`;
  if (local === 'true')
    report.error(
      'unsupported-extension',
      `Expected ${what} without local="true", but found it`,
      'Name the variables one by one.',
    );
  if (isAll(element)) return [];
  if (businessKey !== undefined) {
    if (!OWN_BUSINESS_KEY.test(businessKey.trim()))
      report.error(
        'unsupported-extension',
        `Expected the business key of the child to be that of the caller, but it is '${businessKey}'`,
        "Remove it: a child has its caller's business key.",
      );
    return [];
  }
  if (!target || (source === undefined) === (sourceExpression === undefined)) {
    report.error('invalid-mapping', `Expected ${what} to have a target, and a source or a sourceExpression, but it has not`);
    return [];
  }
  const compile = sourceExpression === undefined ? () => compileSource(source ?? '') : () => compileJuel(sourceExpression);
  return [{ target, source: compileExpression(compile, `${what} ${target}`, report) }];
}

function isAll({ attributes }: ExtensionElement): boolean {
  return attributes['variables'] === 'all';
}
