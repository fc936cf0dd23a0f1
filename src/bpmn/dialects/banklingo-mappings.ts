import type { JsonValue, Mapping, UserAction } from '../../engine/index.js';
import { compileSource, literal } from '../../expressions/index.js';
import { compileExpression } from '../compile/compile-expression.js';
import type { Report } from '../problem.js';

/** `InputMapping` and `OutputMapping`: a JSON object, target to source. A source that is not text is the value itself. */
export function readMapping(text: string, property: string, report: Report): Mapping[] {
  const json = parseJson(text);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    report.error(
      'invalid-mapping',
      `Expected ${property} to be a JSON object { "target": "source" }, but it is '${text.slice(0, 80)}'`,
    );
    return [];
  }
  return Object.entries(json).map(([target, source]) => ({
    target,
    source:
      typeof source === 'string'
        ? compileExpression(() => compileSource(source), `${property}.${target}`, report)
        : literal(source as JsonValue),
  }));
}

/**
 * `UserActions`: `approve:Approve Loan, reject:Reject Loan`, or a JSON list of labels or `{action, label}`. The action of a
 * bare label is its first word in lower case.
 */
export function readUserActions(text: string, report: Report): UserAction[] {
  const items = text.trim().startsWith('[') ? parseJson(text) : text.split(',').filter((item) => item.trim() !== '');
  const actions = Array.isArray(items) ? items.map(readAction) : [null];
  const valid = actions.filter((action) => action !== null);
  if (valid.length < actions.length || valid.length === 0)
    report.error(
      'invalid-user-actions',
      `Expected UserActions such as 'approve:Approve, reject:Reject' or a JSON list, but found '${text.slice(0, 80)}'`,
    );
  const twice = valid.find(({ action }, index) => valid.findIndex((other) => other.action === action) < index);
  if (twice)
    report.error(
      'invalid-user-actions',
      `Expected each action once, but '${twice.action}' is there twice`,
      'Give them as action:Label.',
    );
  return valid;
}

function readAction(item: unknown): UserAction | null {
  if (typeof item === 'string') {
    const colon = item.indexOf(':');
    if (colon < 0) return named(item.trim().split(/\s+/)[0]?.toLowerCase(), item);
    return named(item.slice(0, colon), item.slice(colon + 1));
  }
  if (typeof item !== 'object' || item === null || !('action' in item) || typeof item.action !== 'string') return null;
  return named(item.action, 'label' in item && typeof item.label === 'string' ? item.label : item.action);
}

function named(action: string | undefined, label: string): UserAction | null {
  const name = action?.trim();
  return name ? { action: name, label: label.trim() || name } : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
