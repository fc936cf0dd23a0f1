import { BpmnModdle, type ModdleWarning } from 'bpmn-moddle';
import { Locations } from './locations.js';
import type { ModdleElement } from './moddle-element.js';
import { DIALECT_NAMESPACES } from './extensions.js';
import type { ModelProblem } from './problem.js';
import { scanXml, UnsafeXml, type XmlScan } from './scan-xml.js';

/** A parsed model, or why it is none. */
export type ParsedXml =
  | {
      readonly kind: 'parsed';
      readonly definitions: ModdleElement;
      readonly unresolved: UnresolvedReferences;
      readonly locations: Locations;
    }
  | { readonly kind: 'refused'; readonly errors: ModelProblem[] };

/** References that lead nowhere: the element, then the property's name, to the id that was written. */
export type UnresolvedReferences = ReadonlyMap<ModdleElement, ReadonlyMap<string, string>>;

const MAX_BYTES = 10 * 1024 * 1024;
/** Up to this many characters all of the parser's complaints are gathered; each costs a pass over the text. */
const GATHER_UP_TO = 128 * 1024;

/**
 * Reads XML into bpmn-moddle's elements. Extension elements stay generic, with the prefixes of `DIALECT_NAMESPACES`: the
 * extension schemas of Camunda 7 and 8 exclude each other, and lose what they do not know, which has to be refused here.
 */
export async function parseXml(xml: string): Promise<ParsedXml> {
  const bytes = Buffer.byteLength(xml);
  if (bytes > MAX_BYTES)
    return refused(null, 'model-too-large', `Expected a model of at most ${MAX_BYTES} bytes, but it has ${bytes}`);
  let scan: XmlScan;
  try {
    scan = scanXml(xml);
  } catch (error) {
    if (!(error instanceof UnsafeXml)) throw error;
    return refused(new Locations(xml, new Map()).at(error.offset), error.rule, error.message, error.hint);
  }
  const locations = new Locations(xml, scan.offsets);
  if (scan.duplicates.length > 0) return { kind: 'refused', errors: scan.duplicates.map((it) => duplicate(it, locations)) };
  return parseBpmn(withoutDiagrams(xml, scan), locations);
}

async function parseBpmn(xml: string, locations: Locations): Promise<ParsedXml> {
  const moddle = new BpmnModdle({}, { nsMap: { ...DIALECT_NAMESPACES } });
  try {
    const { rootElement, warnings } = await moddle.fromXML(xml, { lax: xml.length <= GATHER_UP_TO });
    const errors = warnings.filter((warning) => isUnparsable(warning)).map((warning) => unparsable(warning.message));
    if (errors.length > 0) return { kind: 'refused', errors };
    return { kind: 'parsed', definitions: rootElement, unresolved: unresolvedReferences(warnings), locations };
  } catch (error) {
    return { kind: 'refused', errors: [unparsable(error instanceof Error ? error.message : String(error))] };
  }
}

/** Diagrams are half of most models and do not execute; line breaks stay, so that lines keep their numbers. */
function withoutDiagrams(xml: string, scan: XmlScan): string {
  let text = '';
  let at = 0;
  for (const { start, end } of scan.diagrams) {
    text += xml.slice(at, start) + xml.slice(start, end).replace(/[^\n]+/g, '');
    at = end;
  }
  return text + xml.slice(at);
}

function isUnparsable(warning: ModdleWarning): boolean {
  return warning.message.startsWith('unparsable content');
}

function unresolvedReferences(warnings: readonly ModdleWarning[]): UnresolvedReferences {
  const found = new Map<ModdleElement, Map<string, string>>();
  for (const { message, element, property, value } of warnings) {
    if (!message.startsWith('unresolved reference') || !element || property === undefined) continue;
    const properties = found.get(element) ?? new Map<string, string>();
    found.set(element, properties.set(property.slice(property.indexOf(':') + 1), value ?? ''));
  }
  return found;
}

/** moddle's text is `unparsable content <x> detected\n\tline: 1\n\tcolumn: 2\n\tnested error: why`; its numbers are from 0. */
function unparsable(message: string): ModelProblem {
  const match = /^unparsable content (.*?)\s*detected\s+line: (\d+)\s+column: (\d+)\s+nested error: ([^]*)$/.exec(message);
  if (!match) return problem(null, 'unreadable-bpmn', `Expected a BPMN 2.0 model, but ${message}`);
  const [, content = '', line, column, reason = ''] = match;
  const place = { line: Number(line) + 1, column: Number(column) + 1 };
  const id = /^illegal ID <(.*)>$/.exec(reason)?.[1];
  if (id !== undefined)
    return problem(place, 'illegal-id', `Expected an id of letters, digits, '-', '_' and '.', but found '${id}'`, null, id);
  return problem(
    place,
    'unknown-element',
    `Expected an element of BPMN 2.0, but found ${content.trim() || 'something else'} (${reason})`,
  );
}

function duplicate({ id, offset }: { id: string; offset: number }, locations: Locations): ModelProblem {
  const first = locations.of(id).line;
  return problem(
    locations.at(offset),
    'duplicate-id',
    `Expected id '${id}' once, but line ${first} has it too`,
    'Give each element an id of its own.',
    id,
  );
}

type Place = { readonly line: number; readonly column: number } | null;

function refused(place: Place, rule: string, message: string, hint: string | null = null): ParsedXml {
  return { kind: 'refused', errors: [problem(place, rule, message, hint)] };
}

function problem(
  place: Place,
  rule: string,
  message: string,
  hint: string | null = null,
  elementId: string | null = null,
): ModelProblem {
  return { elementId, line: place?.line ?? null, column: place?.column ?? null, rule, message, hint };
}
