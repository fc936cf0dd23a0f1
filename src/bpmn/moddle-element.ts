/** An element as bpmn-moddle reads it. Everything outside this folder sees plain definitions instead. */
export interface ModdleElement {
  /** `bpmn:serviceTask`'s type is `bpmn:ServiceTask`; elements of other namespaces keep their own name. */
  readonly $type: string;
  /** Attributes that BPMN does not know, by their prefixed name. */
  readonly $attrs: Readonly<Record<string, string>>;
  readonly $parent?: ModdleElement;
  readonly $descriptor: { readonly properties?: readonly ModdleProperty[]; readonly isGeneric?: boolean };
  /** Only of elements of other namespaces. */
  readonly $children?: readonly ModdleElement[];
  readonly $body?: string;
  readonly [property: string]: unknown;
}

interface ModdleProperty {
  readonly name: string;
  readonly ns: { readonly localName: string };
  readonly isReference?: boolean;
  readonly isVirtual?: boolean;
}

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
