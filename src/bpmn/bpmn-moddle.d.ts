/** The part of bpmn-moddle that is used here; the package brings no types for its entry point. */
declare module 'bpmn-moddle' {
  import type { ModdleElement } from './moddle-element.js';

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
