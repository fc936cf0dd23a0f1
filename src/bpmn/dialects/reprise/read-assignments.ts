import type { Mapping } from '../../../engine/index.js';
import { compileFeel, isJuel, literal } from '../../../expressions/index.js';
import { compileExpression } from '../../compile/compile-expression.js';
import type { ExtensionElement } from '../../extensions.js';
import type { Report } from '../../problem.js';
import { Attributes } from './attributes.js';

/**
 * `target` and `value` of `reprise:set` and `reprise:output`: a value that begins with `=` is FEEL (`=20000`, `=true`,
 * `=attempt + 1`), any other is the text itself.
 */
export function readAssignments(elements: readonly ExtensionElement[], report: Report): Mapping[] {
  const seen = new Set<string>();
  return elements.map((element) => {
    const from = new Attributes(element, `reprise:${element.name}`, report);
    const target = from.text('target');
    const value = from.raw('value');
    from.close([]);
    if (target === undefined || (target !== null && !/^[^\s.]+(?:\.[^\s.]+)*$/.test(target)))
      from.unexpected('target', "a variable's name such as a or a.b");
    else if (target !== null && seen.has(target)) from.unexpected('target', 'there once', 'Keep one of them.');
    if (target) seen.add(target);
    return { target: target ?? '', source: readValue(value, target ?? '', from) };
  });
}

function readValue(value: string | undefined, target: string, from: Attributes): Mapping['source'] {
  if (value === undefined) from.wrong(`Expected ${from.what} '${target}' to have a value, but it has none`);
  if (value?.trimStart().startsWith('='))
    return compileExpression(() => compileFeel(value), `value of ${from.what} '${target}'`, from.report);
  if (isJuel(value ?? '')) from.unexpected('value', 'a text, or FEEL such as =a.b', 'Write =name instead of ${name}.');
  return literal(value ?? '');
}
