import type { ModdleElement } from 'bpmn-moddle';

export type { ModdleElement } from 'bpmn-moddle';

/** `serviceTask` for `bpmn:ServiceTask`. */
export function elementType(element: ModdleElement): string {
  const local = element.$type.slice(element.$type.indexOf(':') + 1);
  return local.charAt(0).toLowerCase() + local.slice(1);
}

/** A child element, or an element that a reference was resolved to; null when there is none. */
export function childOf(element: ModdleElement, property: string): ModdleElement | null {
  const value = element[property];
  return isElement(value) ? value : null;
}

/** The elements of a property with many; never undefined. */
export function childrenOf(element: ModdleElement, property: string): readonly ModdleElement[] {
  const value = element[property];
  return Array.isArray(value) ? value.filter(isElement) : [];
}

/** An attribute or the text of a child, as written; null when absent. */
export function textOf(element: ModdleElement, property: string): string | null {
  const value = element[property] ?? element.$attrs[property];
  return typeof value === 'string' ? value : null;
}

/** Every element under (and with) this one, in document order, references and what is `without` not followed. */
export function* walk(root: ModdleElement, without: ReadonlySet<ModdleElement>): Generator<ModdleElement> {
  const open: ModdleElement[] = [root];
  for (let element = open.pop(); element; element = open.pop()) {
    yield element;
    const children = (element.$descriptor.properties ?? [])
      .filter((property) => !property.isReference && !property.isVirtual)
      .flatMap((property) => [element?.[property.ns.localName]].flat().filter(isElement));
    for (const child of children.reverse()) if (!child.$descriptor.isGeneric && !without.has(child)) open.push(child);
  }
}

function isElement(value: unknown): value is ModdleElement {
  return typeof value === 'object' && value !== null && '$type' in value;
}
