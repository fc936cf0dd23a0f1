/** The part of bpmn-moddle that is used here; the package brings no types for its entry point. */
declare module 'bpmn-moddle' {
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

  export interface ModdleProperty {
    readonly name: string;
    readonly ns: { readonly localName: string };
    readonly isReference?: boolean;
    readonly isVirtual?: boolean;
  }

  export interface ModdleWarning {
    readonly message: string;
    readonly element?: ModdleElement;
    readonly property?: string;
    readonly value?: string;
  }

  export class BpmnModdle {
    constructor(packages?: Record<string, unknown>, options?: { nsMap?: Record<string, string> });
    fromXML(xml: string, options: { lax: boolean }): Promise<{ rootElement: ModdleElement; warnings: ModdleWarning[] }>;
  }
}
