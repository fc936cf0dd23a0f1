import type { ExtensionElement, Extensions } from '../../extensions.js';
import type { Report } from '../../problem.js';
import type { Settings } from '../../settings.js';
import { WORK_TASKS, type Dialect } from '../dialect.js';
import { readRetryPolicy } from './read-retry-policy.js';
import { readTimeouts } from './read-timeouts.js';

/** Our own namespace, for what the others cannot say. */
export const reprise: Dialect = {
  prefix: 'reprise',
  name: 'Reprise',
  elements: {
    executed: { retryPolicy: [...WORK_TASKS, 'callActivity', 'process'], timeouts: WORK_TASKS },
    described: [],
    refused: Object.fromEntries(
      ['rule', 'ladder', 'output', 'set'].map((name) => [name, 'It stands within reprise:retryPolicy.']),
    ),
  },
  attributes: { executed: { delivery: WORK_TASKS, reconcile: WORK_TASKS }, described: [], refused: {} },

  read(node, extensions, report) {
    if (node.type === 'callActivity') return readPolicy(extensions, report);
    if (!WORK_TASKS.includes(node.type)) return {};
    const timeouts = only(extensions, 'timeouts', report);
    const { timeoutMs = null, timeouts: bounds } = timeouts ? readTimeouts(timeouts, report) : {};
    return {
      ...readDelivery(extensions, report),
      ...readPolicy(extensions, report),
      ...(bounds && { timeouts: bounds }),
      ...(timeoutMs !== null && { timeoutMs }),
    };
  },

  readProcess: readPolicy,
};

function readPolicy(extensions: Extensions, report: Report): Settings {
  const policy = only(extensions, 'retryPolicy', report);
  return policy ? { retryPolicy: readRetryPolicy(policy, 'reprise:retryPolicy', report) } : {};
}

function only({ elements }: Extensions, name: string, report: Report): ExtensionElement | null {
  const [first = null, second] = elements.filter((element) => element.name === name);
  if (second) report.error('conflicting-settings', `Expected one reprise:${name}, but there are several`, 'Keep one of them.');
  return first;
}

function readDelivery({ attributes }: Extensions, report: Report): Settings {
  const delivery = attributes['delivery'];
  if (delivery === undefined) return {};
  if (delivery === 'at-most-once' || delivery === 'at-least-once') return { delivery };
  report.error('invalid-delivery', `Expected reprise:delivery to be at-most-once or at-least-once, but it is '${delivery}'`);
  return {};
}
