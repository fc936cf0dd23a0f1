import { DIALECTS } from '../dialects/index.js';
import type { Dialect, Vocabulary } from '../dialects/dialect.js';
import { extensionsOf } from '../extensions.js';
import { elementType, textOf, walk, type ModdleElement } from '../moddle-element.js';
import type { Report } from '../problem.js';
import type { SourceModel } from '../source-model.js';
import type { Validator } from './validator.js';

/** Every extension of a dialect is executed where it stands, or tells people something; others would be ignored in silence. */
export const dialectVocabulary: Validator = (model, problems) => {
  for (const element of executedElements(model)) {
    const report = problems.of(nearestId(element));
    for (const dialect of DIALECTS) {
      const extensions = extensionsOf(element, dialect.prefix);
      for (const { name } of extensions.elements) judge(dialect, dialect.elements, name, element, report);
      for (const name of Object.keys(extensions.attributes)) judge(dialect, dialect.attributes, name, element, report);
    }
  }
};

function* executedElements(model: SourceModel): Generator<ModdleElement> {
  const drawings = new Set(model.processes.filter((process) => !process.executable).map((process) => process.element));
  for (const element of walk(model.definitions, drawings)) yield element;
}

function judge(dialect: Dialect, vocabulary: Vocabulary, name: string, element: ModdleElement, report: Report): void {
  const type = elementType(element);
  const places = Object.hasOwn(vocabulary.executed, name) ? vocabulary.executed[name] : undefined;
  if (places?.includes(type) || vocabulary.described.includes(name)) return;
  const hint = Object.hasOwn(vocabulary.refused, name) ? vocabulary.refused[name] : undefined;
  const found = `${dialect.prefix}:${name} on a ${type}`;
  report.error(
    'unsupported-extension',
    `Expected only extensions of ${dialect.name} that are executed, but found ${found}`,
    hint ?? (places ? `It is executed on ${places.join(', ')}.` : undefined),
  );
}

function nearestId(element: ModdleElement): string | null {
  for (let at: ModdleElement | undefined = element; at; at = at.$parent) {
    const id = textOf(at, 'id');
    if (id) return id;
  }
  return null;
}
