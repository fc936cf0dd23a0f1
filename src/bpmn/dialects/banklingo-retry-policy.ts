import type { ExtensionElement } from '../extensions.js';
import type { Report } from '../problem.js';

/** Lists of objects, by the name of the element that each is. */
const LISTS: Readonly<Record<string, string>> = { rules: 'rule', ladder: 'ladder' };
/** Objects of variables, by the name of the element that each is. */
const ASSIGNMENTS: Readonly<Record<string, string>> = { set: 'set', outputs: 'output' };

/**
 * Property `RetryPolicy`: a `reprise:retryPolicy` as JSON. Attributes are members; `rules` and `ladder` are lists of objects, `set`
 * and `outputs` objects of variables and values. Null when it is no JSON object, which is reported.
 */
export function retryPolicyOfJson(text: string, report: Report): ExtensionElement | null {
  const json = parseJson(text);
  if (isObject(json)) return toElement('retryPolicy', json, report);
  report.error('invalid-retry-policy', `Expected RetryPolicy to be a JSON object, but it is '${text.slice(0, 80)}'`);
  return null;
}

function toElement(name: string, json: object, report: Report): ExtensionElement {
  const attributes: Record<string, string> = {};
  const children: ExtensionElement[] = [];
  for (const [key, value] of Object.entries(json) as [string, unknown][]) {
    const list = Object.hasOwn(LISTS, key) ? LISTS[key] : undefined;
    const assigned = Object.hasOwn(ASSIGNMENTS, key) ? ASSIGNMENTS[key] : undefined;
    if (list !== undefined && Array.isArray(value) && value.every(isObject))
      children.push(...value.map((item) => toElement(list, item, report)));
    else if (assigned !== undefined && isObject(value))
      for (const [target, each] of Object.entries(value) as [string, unknown][])
        children.push({ name: assigned, attributes: { target, value: valueText(each) }, children: [], text: '' });
    else if (list === undefined && assigned === undefined && isPlain(value)) attributes[key] = [value].flat().join(', ');
    else report.error('invalid-retry-policy', `Expected ${key} of RetryPolicy to be ${formOf(key)}, but it is something else`);
  }
  return { name, attributes, children, text: '' };
}

function formOf(key: string): string {
  if (Object.hasOwn(LISTS, key)) return 'a list of objects';
  return Object.hasOwn(ASSIGNMENTS, key) ? 'an object of variables' : 'a text, a number or a list of them';
}

/** JSON other than text is FEEL as it stands. */
function valueText(value: unknown): string {
  return typeof value === 'string' ? value : `=${JSON.stringify(value)}`;
}

function isPlain(value: unknown): boolean {
  return [value].flat().every((item) => ['string', 'number', 'boolean'].includes(typeof item));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
