import fc from 'fast-check';
import { openElements, type Command, type ElementInstance, type JsonObject } from '../../src/engine/index.js';
import type { Drive } from './drive.js';
import { childEnd } from './random-calls.js';
import { RECOVERY_KINDS, recoveryCommands } from './random-recovery.js';
import { skip } from './random-skips.js';

/** One deed of the world around the engine. `pick` chooses among what is possible, `value` is what the outside says. */
export interface Deed {
  readonly kind: (typeof KINDS)[number];
  readonly pick: number;
  readonly value: number;
}

const KINDS = [
  ...[
    'complete',
    'complete',
    'complete',
    'complete',
    'fail',
    'bpmn-error',
    'bpmn-error',
    'fire',
    'fire',
    'message',
    'signal',
    'signal',
    'signal-failure',
    'retry',
    'retry',
    'retry',
  ],
  ...[
    'skip',
    'skip',
    'pause',
    'resume',
    'resume',
    'set',
    'lose',
    'release',
    'stale-attempt',
    'stale-timer',
    'step-forward',
    'step-forward',
    'step-forward',
    'step-backward',
    'wait',
    'child',
    'child',
    'stale-child',
  ],
  ...RECOVERY_KINDS,
] as const;

export const deed: fc.Arbitrary<Deed> = fc.record({
  kind: fc.constantFrom(...KINDS),
  pick: fc.nat(20),
  value: fc.integer({ min: 0, max: 10 }),
});

/** Does it, where it is possible. */
export function perform(drive: Drive, { kind, pick, value }: Deed): void {
  const open = drive.state ? openElements(drive.state) : [];
  const having = (status: ElementInstance['status']): ElementInstance | undefined => {
    const found = open.filter((element) => element.status === status);
    return found[pick % found.length];
  };
  drive.now += 500;
  for (const command of commandsFor(drive, kind, pick, value, having)) drive.apply(command);
}

function commandsFor(
  drive: Drive,
  kind: Deed['kind'],
  pick: number,
  value: number,
  having: (status: ElementInstance['status']) => ElementInstance | undefined,
): Command[] {
  const variables = value > 7 ? { x: 'text' } : { x: value };
  const executing = having('executing');
  const waiting = having('waiting');
  switch (kind) {
    case 'complete':
      return executing
        ? [
            {
              type: 'complete-attempt',
              elementInstanceId: executing.id,
              attempt: executing.attempt,
              result: decide(drive, executing, value),
              variables: pick % 2 ? variables : null,
            },
          ]
        : [];
    case 'fail':
    case 'bpmn-error':
      return executing
        ? [
            {
              type: 'fail-attempt',
              elementInstanceId: executing.id,
              attempt: executing.attempt,
              code: value % 2 ? 'E1' : 'E2',
              message: 'no',
              bpmnError: kind === 'bpmn-error',
              details: null,
              variables: pick % 3 ? null : variables,
            },
          ]
        : [];
    case 'stale-attempt':
      return [
        {
          type: 'complete-attempt',
          elementInstanceId: executing?.id ?? pick,
          attempt: (executing?.attempt ?? 0) + (pick % 2 ? 1 : -1),
          result: null,
          variables: null,
        },
      ];
    case 'lose': {
      const lostNode = drive.node;
      drive.node++;
      return [{ type: 'lose-attempts', lostNode, drained: pick % 3 === 0 }];
    }
    case 'release':
      return executing
        ? [
            {
              type: 'release-attempt',
              elementInstanceId: executing.id,
              attempt: executing.attempt - (pick % 5 ? 0 : 1),
              begunAt: executing.attemptStartedAt ?? NaN,
              ...(pick % 2 === 0 && { delayMs: value * 1000 }),
            },
          ]
        : [];
    case 'wait':
      drive.now += value * 1000;
      return [];
    case 'fire':
    case 'stale-timer':
      return fire(drive, kind, pick);
    case 'message': {
      const subscriptions = [...drive.outside.subscriptions.keys()];
      return [
        { type: 'deliver-message', elementInstanceId: subscriptions[pick % subscriptions.length] ?? pick, payload: variables },
      ];
    }
    case 'signal':
      return [
        {
          type: 'signal-process-instance',
          taskId: pick % 5 ? (waiting?.nodeId ?? null) : 'nowhere',
          elementInstanceId: null,
          payload: variables,
          action: pick % 3 ? null : 'approve',
          failure: null,
          expectedVersion: null,
        },
      ];
    case 'signal-failure':
      return [
        {
          type: 'signal-process-instance',
          taskId: null,
          elementInstanceId: waiting?.id ?? null,
          payload: {},
          action: null,
          failure: { code: value % 2 ? 'E1' : 'E2', message: 'no' },
          expectedVersion: null,
        },
      ];
    case 'retry':
      return [
        retry(
          pick % 4 ? (having('failed')?.nodeId ?? null) : null,
          value > 4 ? { x: value, fresh: 1 } : null,
          pick % 2 ? 'always' : 'onSuccess',
        ),
      ];
    case 'child':
    case 'stale-child':
      return childEnd(having('calling'), kind, pick, variables);
    case 'skip':
      return skip(drive, having('failed'), pick, variables);
    case 'pause':
      return [{ type: 'pause-process-instance', expectedVersion: pick % 5 ? null : pick }];
    case 'resume':
      return [{ type: 'resume-process-instance', updatedVariables: pick % 2 ? variables : null, expectedVersion: null }];
    case 'set':
      return [{ type: 'set-process-variables', variables, expectedVersion: pick % 5 ? null : pick }];
    case 'step-forward':
    case 'step-backward':
      return [{ type: kind }];
    default:
      return recoveryCommands(drive, kind, pick, value, having);
  }
}

/** A gateway that a script decides gets some of its flows, now and then none. */
function decide(drive: Drive, executing: ElementInstance, value: number): number | string[] | JsonObject {
  const node = drive.definition.nodesById.get(executing.nodeId);
  if (executing.recovery?.reconciling) return { outcome: ['completed', 'not-executed', 'unknown'][value % 3] ?? '' };
  return node?.type.endsWith('Gateway')
    ? node.outgoing.filter((_, index) => (value + 1) & (1 << index)).map((flow) => flow.id)
    : value;
}

function fire(drive: Drive, kind: 'fire' | 'stale-timer', pick: number): Command[] {
  const inOrder = [...drive.outside.timers.values()].sort((a, b) => a.dueAt - b.dueAt);
  const due = inOrder.slice(pick % 3, (pick % 3) + 1 + (pick % 4)); // One or several at the same time.
  const stale = {
    kind: (['timer', 'retry', 'continue', 'boundary-timer'] as const)[pick % 4] ?? 'timer',
    elementInstanceId: 10_000 + pick,
    timerNodeId: '',
  };
  const timers = due.map(({ kind, elementInstanceId, timerNodeId }) => ({ kind, elementInstanceId, timerNodeId }));
  if (kind === 'stale-timer' || timers.length === 0) return [{ type: 'fire-timers', failure: null, timers: [stale] }];
  drive.now = Math.max(drive.now, ...due.map(({ dueAt }) => dueAt));
  const failure = pick % 7 ? null : { code: 'NO_ROOM', message: 'no' };
  return [{ type: 'fire-timers', failure, timers: pick % 5 ? timers : [...timers, stale] }];
}

/** A retry, with a fresh budget where its variables may go again. */
export function retry(
  taskId: string | null,
  updatedVariables: JsonObject | null,
  keepVariables: 'always' | 'onSuccess',
): Command {
  return {
    type: 'retry-failed-task',
    taskId,
    updatedVariables,
    keepVariables,
    attempts: keepVariables === 'always' ? 'keep' : 'reset',
    expectedVersion: null,
    correlationId: 'c',
  };
}
