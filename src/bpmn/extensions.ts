import { childOf, childrenOf, type ModdleElement } from './moddle-element.js';

/** The namespaces whose settings are executed or refused, by the prefix that they have in here whatever the model calls them. */
export const DIALECT_NAMESPACES = {
  'http://banklingo.com/schema/bpmn': 'custom',
  'http://camunda.org/schema/zeebe/1.0': 'zeebe',
  'http://camunda.org/schema/1.0/bpmn': 'camunda',
  'http://reprise.dev/schema/bpmn/1.0': 'reprise',
} as const;

/** A dialect's prefix. */
export type DialectPrefix = (typeof DIALECT_NAMESPACES)[keyof typeof DIALECT_NAMESPACES];

/** An extension element of a dialect, as plain data. */
export interface ExtensionElement {
  /** Without prefix, as written. */
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly ExtensionElement[];
  readonly text: string;
}

/** What one dialect says about one element. */
export interface Extensions {
  /** Attributes of the dialect's namespace on the element, names without prefix. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly elements: readonly ExtensionElement[];
}

/** What a dialect says about an element; foreign namespaces are not seen at all. */
export function extensionsOf(element: ModdleElement, prefix: DialectPrefix): Extensions {
  const attributes: Record<string, string> = {};
  for (const [name, value] of Object.entries(element.$attrs ?? {}))
    if (name.startsWith(`${prefix}:`)) attributes[name.slice(prefix.length + 1)] = value;
  const container = childOf(element, 'extensionElements');
  const elements = container ? childrenOf(container, 'values').filter((child) => child.$type.startsWith(`${prefix}:`)) : [];
  return { attributes, elements: elements.map(toPlain) };
}

/** The first extension element of this name. */
export function extensionNamed(extensions: Pick<Extensions, 'elements'>, name: string): ExtensionElement | null {
  return extensions.elements.find((element) => element.name === name) ?? null;
}

function toPlain(element: ModdleElement): ExtensionElement {
  const attributes = Object.entries(element).filter(([name, value]) => !name.startsWith('$') && typeof value === 'string');
  return {
    name: element.$type.slice(element.$type.indexOf(':') + 1),
    attributes: Object.fromEntries(attributes) as Record<string, string>,
    children: (element.$children ?? []).map(toPlain),
    text: element.$body ?? '',
  };
}
