import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { EngineSession } from '../application/session/engine-session.js';
import { AttemptRunner, Wakeups } from '../application/ports/attempts.js';
import { CircuitBreakers } from '../application/ports/circuits.js';
import { NodeIdentity } from '../application/ports/clock.js';
import { StorageUnavailable, type InstanceHeader } from '../application/ports/instance-store.js';
import { Telemetry } from '../application/ports/telemetry.js';
import { ConnectorRegistry } from '../connectors/connector-registry.js';
import type { AttemptOutcome, TaskAttempt } from '../connectors/connector.js';
import type { Command, ExecuteAttempt, JsonValue } from '../engine/index.js';
import { AttemptHeartbeat } from './attempt-heartbeat.js';
import { AttemptCircuits, type Canary } from './circuits/attempt-circuits.js';
import { AttemptGate, type GatedAttempt } from './limits/attempt-gate.js';
import { describeError, outcomeName, toAttempt, toCommand, unstorable } from './attempt-outcome.js';

interface RunningAttempt {
  readonly instanceId: number;
  readonly header: InstanceHeader;
  readonly elementInstanceId: number;
  readonly attempt: number;
  /** On the clock of `performance.now()`. */
  readonly begunAt: number;
  readonly abort: AbortController;
  readonly ended: Promise<void>;
}

/** An attempt on its way, and what belongs to it. */
interface AttemptRun {
  readonly header: InstanceHeader;
  readonly effect: ExecuteAttempt;
  readonly attempt: TaskAttempt;
  readonly heartbeat: AttemptHeartbeat;
  readonly canary: Canary | null;
  readonly signal: AbortSignal;
}

/** Waits between tries to hand in an outcome while the database is away, in ms; the last is repeated. */
const HAND_IN_DELAYS_MS = [50, 100, 250, 500, 1_000, 2_000];

/** Runs attempts after the commit that began them, and hands their outcomes in as commands. */
@Injectable()
export class AttemptPool extends AttemptRunner implements OnModuleInit {
  private readonly logger = new Logger('Attempts');
  private readonly running = new Map<string, RunningAttempt>();
  private readonly releases = new Set<Promise<void>>();
  private readonly circuits: AttemptCircuits;
  private session: EngineSession | null = null;
  private stopped = false;

  constructor(
    readonly connectors: ConnectorRegistry,
    private readonly telemetry: Telemetry,
    private readonly wakeups: Wakeups,
    private readonly node: NodeIdentity,
    breakers: CircuitBreakers,
    private readonly gate: AttemptGate,
  ) {
    super();
    this.circuits = new AttemptCircuits(connectors, breakers);
  }

  onModuleInit(): void {
    this.stopped = false;
  }

  /** The session hands attempts to the pool, and the pool outcomes to the session: the second half of that circle. */
  connect(session: EngineSession): void {
    this.session = session;
  }

  execute(header: InstanceHeader, attempt: ExecuteAttempt, taskName: string): void {
    if (this.stopped) return this.release(header, attempt);
    const key = keyOf(header.id, attempt.elementInstanceId);
    const abort = new AbortController();
    const ended = this.run(header, attempt, taskName, abort.signal).finally(() => {
      if (this.running.get(key)?.abort === abort) this.running.delete(key);
    });
    const begunAt = performance.now();
    const { elementInstanceId, attempt: number } = attempt;
    this.running.set(key, { instanceId: header.id, header, elementInstanceId, attempt: number, begunAt, abort, ended });
  }

  abort(instanceId: number, elementInstanceId: number): void {
    const running = this.running.get(keyOf(instanceId, elementInstanceId));
    if (running) running.abort.abort(new Error('The attempt was cancelled'));
    else this.wakeups.instanceMoved(instanceId);
  }

  isRunning(instanceId: number, elementInstanceId: number, attempt: number): boolean {
    return this.running.get(keyOf(instanceId, elementInstanceId))?.attempt === attempt;
  }

  /** Attempts that have run for longer than this and were not told to stop, oldest first. */
  runningLongerThan(ms: number): Pick<RunningAttempt, 'header' | 'elementInstanceId' | 'attempt'>[] {
    const before = performance.now() - ms;
    return [...this.running.values()].filter((each) => each.begunAt <= before && !each.abort.signal.aborted);
  }

  get size(): number {
    return this.running.size;
  }

  /** Resolves when no attempt of these instances runs that began since (on the clock of `performance.now()`), or after `withinMs`. */
  async whenEnded(instanceIds: ReadonlySet<number>, since: number, withinMs: number): Promise<void> {
    const late = timeout(Math.max(0, withinMs));
    let isLate = false;
    const passed = late.passed.then(() => (isLate = true));
    const awaited = (): RunningAttempt[] =>
      [...this.running.values()].filter((each) => each.begunAt >= since && instanceIds.has(each.instanceId));
    for (let open = awaited(); open.length > 0 && !isLate; open = awaited())
      await Promise.race([passed, Promise.allSettled(open.map((each) => each.ended))]);
    late.cancel();
  }

  /**
   * No new attempt from now on: what is still given to this process is given back. Running ones get `graceMs`; those that take
   * longer are told to stop, and are given up so that another process, or the next start, goes on at once.
   */
  async drain(graceMs: number): Promise<void> {
    this.stopped = true;
    this.gate.close();
    const all = Promise.allSettled([...this.running.values()].map((each) => each.ended));
    const grace = timeout(graceMs);
    await Promise.race([all, grace.passed]);
    grace.cancel();
    const left = [...this.running.values()];
    for (const each of left) each.abort.abort(new Error('The server is shutting down'));
    // In this order: what was not begun must not be given up as if it had been.
    await this.allReleased();
    await this.giveUp(new Map(left.map(({ instanceId, header }) => [instanceId, header])));
    await this.allReleased();
  }

  /** Resolves when all attempts are given back that came after the drain began. */
  async allReleased(): Promise<void> {
    while (this.releases.size > 0) await Promise.all(this.releases);
  }

  /** The state says that this node executes the attempt, which it has not begun and will not. */
  private release(header: InstanceHeader, { elementInstanceId, attempt, begunAt }: ExecuteAttempt, delayMs = 0): void {
    const command = { type: 'release-attempt', elementInstanceId, attempt, begunAt, delayMs } as const;
    const release = this.applyAtEnd(header, command).finally(() => this.releases.delete(release));
    this.releases.add(release);
  }

  private async giveUp(headers: ReadonlyMap<number, InstanceHeader>): Promise<void> {
    const command = { type: 'lose-attempts', lostNode: this.node.node, drained: true } as const;
    await Promise.all([...headers.values()].map((header) => this.applyAtEnd(header, command)));
  }

  /** Never rejects: what is not stored now is taken over like that of a process that died. */
  private async applyAtEnd(header: InstanceHeader, command: Command): Promise<void> {
    try {
      await this.session?.apply(header, command);
    } catch (error) {
      this.logger.warn({ instanceGuid: header.guid, error: describeError(error) }, 'An attempt could not be given back');
    }
  }

  /** Never rejects: whatever goes wrong here, the attempt has an end, and the process goes on. */
  private async run(header: InstanceHeader, effect: ExecuteAttempt, taskName: string, signal: AbortSignal): Promise<void> {
    let canary: Canary | null = null;
    try {
      const heartbeat = this.heartbeatOf(header, effect);
      const attempt = toAttempt(header, effect, taskName, (details) => heartbeat.beat(details));
      canary = this.circuits.canaryOf(attempt, effect);
      await this.runAttempt({ header, effect, attempt, heartbeat, canary, signal });
    } catch (error) {
      const instanceGuid = header.guid;
      this.logger.error(
        { instanceGuid, taskId: effect.nodeId, error: describeError(error) },
        'An attempt could not be carried out',
      );
      await this.handIn(
        header,
        unstorable(effect, `The attempt could not be carried out: ${describeError(error)}`),
        effect,
      ).catch(() => this.wakeups.instanceInDoubt(header));
    } finally {
      canary?.strays();
    }
  }

  private async runAttempt({ header, effect, attempt, heartbeat, canary, signal }: AttemptRun): Promise<void> {
    const circuit = this.circuits.heldBy(attempt, effect);
    if (circuit !== null) return this.hold(header, effect, circuit);
    let startedAt: number | null = null;
    const outcome = await this.gate.pass(this.gated(attempt, effect), signal, async () => {
      const opened = this.circuits.heldBy(attempt, effect); // While it waited.
      if (opened !== null) return { kind: 'held', circuit: opened } as const;
      startedAt = performance.now();
      return this.outcomeOf(attempt, effect.work.connector, signal);
    });
    if (outcome.kind === 'held') return this.hold(header, effect, outcome.circuit);
    if (outcome.kind === 'given-back') return signal.aborted ? undefined : this.release(header, effect, outcome.delayMs);
    const command = toCommand(effect, outcome, () => this.circuits.circuitOf(attempt, effect.work.connector));
    // A canary that was told to stop says nothing of its circuit.
    if (startedAt !== null && !(canary && signal.aborted)) {
      this.circuits.recordOutcome(attempt, effect, command);
      canary?.answers();
    }
    if (command.type === 'fail-attempt') await heartbeat.flush();
    this.telemetry.attempt(effect.work.connector, outcomeName(command), performance.now() - (startedAt ?? performance.now()));
    if (signal.aborted) return;
    await this.handIn(header, command, effect);
  }

  /** What the attempt says of its progress is a step of its instance; one that is not stored is not worth the attempt. */
  private heartbeatOf(header: InstanceHeader, { elementInstanceId, attempt, work }: ExecuteAttempt): AttemptHeartbeat {
    const say = async (details: JsonValue): Promise<void> => {
      const command = { type: 'record-heartbeat', elementInstanceId, attempt, details, lockMs: null } as const;
      await this.session?.apply(header, command).catch(() => undefined);
    };
    return new AttemptHeartbeat(say, work.timeouts.heartbeatMs);
  }

  private gated(attempt: TaskAttempt, { work }: ExecuteAttempt): GatedAttempt {
    const { tenantId, taskName } = attempt;
    const circuit = (): string | null => this.circuits.circuitOf(attempt, work.connector);
    return { tenantId, taskName, type: work.connector, toStartMs: work.timeouts.toStartMs, circuit };
  }

  private async hold(header: InstanceHeader, effect: ExecuteAttempt, circuit: string): Promise<void> {
    const { elementInstanceId, attempt, begunAt } = effect;
    this.telemetry.held(1);
    await this.handIn(header, { type: 'hold-attempt', elementInstanceId, attempt, begunAt, circuit }, effect);
  }

  private async outcomeOf(attempt: TaskAttempt, type: string, signal: AbortSignal): Promise<AttemptOutcome> {
    const connector = this.connectors.find(type);
    if (!connector) {
      const known = this.connectors.types().join(', ');
      return {
        kind: 'failed',
        code: 'NO_CONNECTOR',
        message: `No handler is registered for task type '${type}'. Registered: ${known}`,
      };
    }
    try {
      return await connector.execute(attempt, signal);
    } catch (error) {
      return { kind: 'failed', code: 'CONNECTOR_ERROR', message: describeError(error) };
    }
  }

  /** Until the database has taken it: an attempt is only ended by its outcome, or by word that this cannot be stored. */
  private async handIn(header: InstanceHeader, command: Command, effect: ExecuteAttempt, isLast = false): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        await this.session?.apply(header, command);
        return;
      } catch (error) {
        if (!(error instanceof StorageUnavailable)) {
          if (isLast) this.wakeups.instanceInDoubt(header);
          else
            await this.handIn(
              header,
              unstorable(effect, `The task's outcome could not be stored: ${describeError(error)}`),
              effect,
              true,
            );
          return;
        }
        if (this.stopped) return;
        await timeout(HAND_IN_DELAYS_MS[Math.min(tries, HAND_IN_DELAYS_MS.length - 1)] ?? 1_000).passed;
      }
    }
  }
}

function keyOf(instanceId: number, elementInstanceId: number): string {
  return `${instanceId}/${elementInstanceId}`;
}

function timeout(ms: number): { passed: Promise<void>; cancel: () => void } {
  let cancel = (): void => undefined;
  const passed = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    cancel = () => {
      clearTimeout(timer);
      resolve();
    };
  });
  return { passed, cancel };
}
