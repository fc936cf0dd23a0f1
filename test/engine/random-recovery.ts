import {
  ExpressionError,
  openElements,
  plainPolicy,
  type Command,
  type ElementInstance,
  type Expression,
  type ProcessDefinition,
  type RetryCurve,
  type RetryPolicy,
} from '../../src/engine/index.js';
import type { Drive } from './drive.js';

const SECOND: RetryCurve = { delays: { kind: 'listed', delaysMs: [1_000] }, jitter: 'full' };
const literal = (value: string | number): Expression => ({ language: 'literal', source: String(value), evaluate: () => value });
const failing: Expression = {
  language: 'feel',
  source: 'fails',
  evaluate: () => {
    throw new ExpressionError('it fails');
  },
};
const ANY = { codes: null, statuses: null, classes: null, text: null, when: null };
const once = (policy: Partial<RetryPolicy>): RetryPolicy => plainPolicy({ maxAttempts: 2, curve: SECOND, ...policy });

/** Policies that between them end in every way, and some that cannot be evaluated. */
const POLICIES: readonly (RetryPolicy | null)[] = [
  null,
  plainPolicy({ maxAttempts: null, curve: SECOND, budgetMs: 5_000 }),
  once({ onExhausted: { do: 'skip', outputs: [{ target: 'x', source: literal(1) }] } }),
  once({ onExhausted: { do: 'complete', outputs: [{ target: 'x', source: failing }] } }),
  once({ onExhausted: { do: 'throw', errorCode: 'E1' } }),
  once({ onExhausted: { do: 'escalate', message: 'look' } }),
  once({ onExhausted: { do: 'park' } }),
  once({ rules: [{ name: 'rule 1', match: { ...ANY, codes: ['E1'] }, action: { do: 'park' } }] }),
  once({ rules: [{ name: 'rule 1', match: ANY, action: { do: 'reschedule', delayMs: 100, most: 2 } }] }),
  once({ rules: [{ name: 'rule 1', match: { ...ANY, when: failing }, action: { do: 'fail' } }] }),
  once({
    ladder: [
      { after: 1, set: [{ target: 'x', source: literal(3) }], curve: SECOND, timeoutMs: 500, notify: 'first', then: null },
      { after: 2, set: [], curve: null, timeoutMs: null, notify: null, then: { do: 'skip', outputs: [] } },
    ],
    maxAttempts: 5,
  }),
];

/** Gives each task with work a policy, time-outs and, where it may run at most once, a task to ask. */
export function withRecovery(definition: ProcessDefinition, seed: number): ProcessDefinition {
  for (const node of definition.nodes) {
    if (!('work' in node) || node.type === 'scriptTask') continue;
    const pick = seed + node.index;
    const timeouts = {
      toStartMs: pick % 3 ? null : 2_000,
      totalMs: pick % 4 ? null : 6_000,
      heartbeatMs: pick % 5 ? null : 1_500,
    };
    const work = { ...node.work, timeouts, timeoutMs: pick % 2 ? 3_000 : null };
    const asked = { ...node, work: { ...node.work, connector: pick % 2 ? 'asked' : 'asked-worker' } };
    const reconcile = node.work.delivery === 'at-most-once' && pick % 3 ? asked : null;
    Object.assign(node, { work, reconcile, retryPolicy: POLICIES[pick % POLICIES.length] ?? node.retryPolicy });
  }
  return definition;
}

/** Types of work that no server of these tests has: jobs for workers, for some seeds. */
export function connectorsOf(seed: number): { has(type: string): boolean } {
  return {
    has: (type) => type === 'script' || type === 'asked' || (seed % 3 === 0 ? true : seed % 3 === 1 && type.length % 2 === 0),
  };
}

/** What workers, breakers and operators do about attempts. */
export const RECOVERY_KINDS = [
  'activate',
  'activate',
  'heartbeat',
  'hold',
  'release-parked',
  'retry-now',
  'postpone',
  'give-up',
  'update-policy',
] as const;

export function recoveryCommands(
  drive: Drive,
  kind: (typeof RECOVERY_KINDS)[number],
  pick: number,
  value: number,
  having: (status: ElementInstance['status']) => ElementInstance | undefined,
): Command[] {
  const executing = having('executing');
  const taskId = pick % 3 ? null : (having('retrying')?.nodeId ?? 'nowhere');
  switch (kind) {
    case 'activate':
      return [
        { type: 'activate-job', elementInstanceId: having('queued')?.id ?? 10_000 + pick, worker: 'w', lockMs: 500 * value },
      ];
    case 'heartbeat':
      return executing
        ? [
            {
              type: 'record-heartbeat',
              elementInstanceId: executing.id,
              attempt: executing.attempt,
              details: value,
              lockMs: 500 * pick,
            },
          ]
        : [];
    case 'hold':
      return executing?.owner === undefined || executing.owner === null
        ? []
        : [
            {
              type: 'hold-attempt',
              elementInstanceId: executing.id,
              attempt: executing.attempt,
              begunAt: executing.attemptStartedAt ?? NaN,
              circuit: 'c',
            },
          ];
    case 'release-parked': {
      const parked = drive.state && openElements(drive.state).find(({ incident }) => (incident?.parkedFor ?? null) !== null);
      return [{ type: 'release-parked', elementInstanceId: parked?.id ?? 1, circuit: parked?.incident?.parkedFor ?? 'c' }];
    }
    case 'retry-now':
      return [{ type: 'retry-now', taskId, expectedVersion: null, ignoresCircuit: pick % 2 === 0, correlationId: null }];
    case 'postpone':
      return [{ type: 'postpone-retry', taskId, expectedVersion: null, until: drive.now + (value - 3) * 1_000 }];
    case 'give-up':
      return [{ type: 'give-up-retries', taskId, expectedVersion: null }];
    case 'update-policy':
      return [
        {
          type: 'update-retry-policy',
          taskId: executing?.nodeId ?? taskId,
          expectedVersion: null,
          budget: {
            ...(pick % 2 ? { retriesLeft: value % 3 } : { maxAttempts: value || null }),
            ...(pick % 3 ? {} : { curve: SECOND }),
          },
        },
      ];
  }
}
