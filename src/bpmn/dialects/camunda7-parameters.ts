import type { Expression, JsonValue, Mapping, Variables } from '../../engine/index.js';
import { compileJuel, isJuel, literal } from '../../expressions/index.js';
import { compileExpression } from '../compile/compile-expression.js';
import type { ExtensionElement } from '../extensions.js';
import type { Report } from '../problem.js';

/** `camunda:inputParameter` or `camunda:outputParameter` elements as mappings. */
export function readParameters(inputOutput: ExtensionElement | null, kind: string, report: Report): Mapping[] {
  return parameters(inputOutput, kind).map((parameter) => {
    const target = parameter.attributes['name'] ?? '';
    const source = parameterSource(parameter, report);
    return { target, source: compileExpression(() => compileStructure(source), `${kind} ${target}`, report) };
  });
}

/** The same as source texts by name, for a connector that fills them in itself. */
export function readParameterSources(
  inputOutput: ExtensionElement | null,
  kind: string,
  report: Report,
): Record<string, JsonValue> {
  const entries = parameters(inputOutput, kind).map((it) => [it.attributes['name'] ?? '', parameterSource(it, report)] as const);
  for (const [name, source] of entries) compileExpression(() => compileStructure(source), `${kind} ${name}`, report);
  return Object.fromEntries(entries);
}

function parameters(inputOutput: ExtensionElement | null, kind: string): ExtensionElement[] {
  return (inputOutput?.children ?? []).filter(({ name, attributes }) => name === kind && attributes['name']);
}

/** Text, or lists and maps of text as they stand in `camunda:list` and `camunda:map`. */
function parameterSource(parameter: ExtensionElement, report: Report): JsonValue {
  const [definition] = parameter.children;
  return definition ? definitionSource(definition, report) : parameter.text.trim();
}

function definitionSource(definition: ExtensionElement, report: Report): JsonValue {
  switch (definition.name) {
    case 'value':
      return definition.text.trim();
    case 'list':
      return definition.children.map((item) => definitionSource(item, report));
    case 'map':
      return Object.fromEntries(
        definition.children.map((entry) => [entry.attributes['key'] ?? '', parameterSource(entry, report)]),
      );
    default:
      report.error(
        'unsupported-extension',
        `Expected text, camunda:list or camunda:map in a parameter, but found camunda:${definition.name}`,
        'Use ${...} here, or a script task before.',
      );
      return null;
  }
}

function compileStructure(source: JsonValue): Expression {
  if (typeof source === 'string') return isJuel(source) ? compileJuel(source) : literal(source);
  if (typeof source !== 'object' || source === null) return literal(source);
  const parts = Object.entries(source).map(([key, part]) => [key, compileStructure(part)] as const);
  const evaluate = (variables: Variables): JsonValue => {
    const values = parts.map(([key, part]) => [key, part.evaluate(variables)] as const);
    return Array.isArray(source) ? values.map(([, value]) => value) : Object.fromEntries(values);
  };
  return { language: 'juel', source: JSON.stringify(source), evaluate };
}
