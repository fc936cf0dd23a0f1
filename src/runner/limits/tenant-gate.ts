import type { LimitPermits, PermitGrant, PermitShare, PermitUse, TaskLimit } from '../../application/ports/limits.js';
import { Lane, type WaitingAttempt } from './lane.js';

/** A permit that nobody uses is kept for so long: the next attempt often follows at once. In ms. */
const KEEP_MS = 100;
/** What has ended in this time is told in one go, in ms. */
const GATHER_MS = 5;
/** Between looks for permits that others gave back, in ms. */
const LOOK_MS = 100;
/** A rate is asked at most so often, in ms: it grants what has come together. */
const RATE_MS = 20;
/** Longest wait for a rate, in ms: it may be changed meanwhile. */
const RATE_LONGEST_MS = 1_000;
/** After the database was away, in ms. */
const AWAY_MS = 500;
/** Permits asked for at once. */
const AT_ONCE = 500;
/** For how long a permit may be used without word from the database; its node is declared dead after twice as long. In ms. */
const CONFIRMED_MS = 2_000;
/** Where more nodes need permits than there are: a node uses one for so long, and then leaves it to the others for so long. In ms. */
const TURN_MS = 1_000;
const REST_MS = 300;

const NOTHING: PermitGrant = { granted: 0, nextInMs: 0 };

/**
 * The limits of one tenant on this node: attempts wait for permits, in the order of their arrival, a lane for each set of
 * limits. What the node holds is stated anew at each word with the database, so that nothing is lost by an answer that is.
 */
export class TenantGate {
  private limits: ReadonlyMap<string, TaskLimit> = new Map();
  private readonly lanes = new Map<string, Lane>();
  private readonly shares = new Map<string, PermitShare>();
  /** Limits of which the database has a row of this node. */
  private stated = new Set<string>();
  /** Under which number the permits are held, and when the database confirmed them last. */
  private node = 0;
  private confirmedAt = -Infinity;
  private places = 0;
  private turn = 0;
  private timer: NodeJS.Timeout | null = null;
  private wakeAt = Infinity;
  private settling: Promise<void> | null = null;
  private stopped = false;

  constructor(
    private readonly tenantId: string,
    private readonly permits: LimitPermits,
    private readonly nodeNow: () => number,
  ) {}

  get hasLimits(): boolean {
    return this.limits.size > 0;
  }

  /** No limit, and nothing to tell the database. */
  get isIdle(): boolean {
    return this.limits.size === 0 && this.lanes.size === 0 && this.stated.size === 0;
  }

  get waiting(): number {
    let waiting = 0;
    for (const lane of this.lanes.values()) waiting += lane.waiting;
    return waiting;
  }

  isLimited(keys: readonly string[]): boolean {
    return keys.some((key) => this.limits.has(key));
  }

  /** Those that wait stand in line anew, for the limits that are now on them. */
  setLimits(limits: ReadonlyMap<string, TaskLimit>): void {
    this.limits = limits;
    const waiting = [...this.lanes.values()].flatMap((lane) => lane.takeAll());
    for (const attempt of waiting.sort((a, b) => a.place - b.place)) this.place(attempt);
    this.wake(0);
  }

  /** The attempt begins at once, or when there is a permit. Gives the way to let it leave the line before. */
  join(keys: readonly string[], enter: (lane: Lane | null) => void): () => void {
    const attempt: WaitingAttempt = { keys, place: this.places++, enter, hasLeft: false };
    this.place(attempt);
    return () => {
      if (attempt.hasLeft) return;
      this.laneOf(attempt)?.cancel(attempt);
      this.wake(LOOK_MS); // Others must not make room for what does not wait any more.
    };
  }

  /** An attempt of this lane has ended. */
  leave(lane: Lane): void {
    const now = performance.now();
    const keeps = this.mayKeep(lane, now);
    lane.leave(keeps, now);
    if (!keeps) {
      this.lookAgain(lane);
      return this.wake(GATHER_MS);
    }
    if (this.isConfirmed(now)) lane.admit();
    if (lane.spare > 0) this.wake(lane.waiting > 0 ? 0 : KEEP_MS);
  }

  /** Nobody waits any more; those are told by their callers. Running ones leave as before. */
  close(): void {
    for (const lane of this.lanes.values()) for (const attempt of lane.takeAll()) attempt.hasLeft = true;
    this.wake(0);
  }

  /** States what is still held, and says no more. */
  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    await this.settling;
    for (const lane of this.lanes.values()) lane.spare = 0;
    await this.settle().catch(() => undefined); // The node's row goes next, and with it what it is said to hold.
  }

  private place(attempt: WaitingAttempt): void {
    const lane = this.laneOf(attempt);
    if (!lane) {
      attempt.hasLeft = true;
      attempt.enter(null);
      return;
    }
    lane.join(attempt);
    if (this.isConfirmed(performance.now())) lane.admit();
    // Behind others that wait already there is nothing to ask for.
    if (lane.waiting === 1) this.wake(Math.max(0, lane.askAt - performance.now()));
  }

  /** Null where no limit is on it. */
  private laneOf({ keys }: WaitingAttempt): Lane | null {
    const limited = keys.filter((key) => this.limits.has(key));
    if (limited.length === 0) return null;
    const name = JSON.stringify(limited);
    let lane = this.lanes.get(name);
    if (!lane) this.lanes.set(name, (lane = new Lane(limited)));
    return lane;
  }

  /** Whether the permit of an attempt that ends may serve the next one without a word with the database. */
  private mayKeep(lane: Lane, now: number): boolean {
    if (this.stopped) return false;
    if (this.othersOf(lane).some((other) => other.waiting > 0)) return false;
    for (const key of lane.keys) {
      const limit = this.limits.get(key);
      if (!limit || limit.ratePerSecond !== null) return false;
      const share = this.shares.get(key);
      if (!share?.othersShort) continue;
      if (this.heldOf(key) > share.fair) return false;
      if (share.crowded && now - lane.heldSince > TURN_MS) {
        lane.notBefore = now + REST_MS;
        return false;
      }
    }
    return true;
  }

  /** Lanes that share a limit with it. */
  private othersOf(lane: Lane): Lane[] {
    if (this.lanes.size === 1) return [];
    return [...this.lanes.values()].filter((other) => other !== lane && other.keys.some((key) => lane.keys.includes(key)));
  }

  /** Something is free again. */
  private lookAgain(lane: Lane): void {
    lane.lookAt = 0;
    for (const other of this.othersOf(lane)) other.lookAt = 0;
  }

  private heldOf(key: string): number {
    let held = 0;
    for (const lane of this.lanes.values()) if (lane.keys.includes(key)) held += lane.held;
    return held;
  }

  private isConfirmed(now: number): boolean {
    return this.node === this.nodeNow() && now - this.confirmedAt < CONFIRMED_MS;
  }

  private wake(inMs: number): void {
    const at = performance.now() + inMs;
    if (this.stopped || at >= this.wakeAt) return;
    this.wakeAt = at;
    if (this.timer) clearTimeout(this.timer);
    this.timer = setTimeout(() => this.runTurn(), inMs);
  }

  /** One word with the database at a time; what happens meanwhile is said in the next one. */
  private runTurn(): void {
    if (this.settling) return; // Wakes again when it has ended.
    this.wakeAt = Infinity;
    this.settling = this.settle()
      .catch(() => this.wake(AWAY_MS)) // The database is away: what it heard of this is said again.
      .finally(() => {
        this.settling = null;
        if (this.wakeAt <= performance.now()) this.runTurn();
      });
  }

  private async settle(): Promise<void> {
    const sentAt = performance.now();
    const node = this.nodeNow();
    this.giveBackIdle(sentAt, node);
    const uses = this.uses();
    if (uses.length === 0) return;
    const asking = this.asking(sentAt);
    const wishes = asking.map((lane) => ({ keys: lane.keys, wanted: Math.min(AT_ONCE, lane.waiting - lane.spare) }));
    const { grants, shares } = await this.permits.settle(this.tenantId, node, uses, wishes);
    this.stated = new Set(uses.flatMap(({ key, held, waiting }) => (held + waiting > 0 ? [key] : [])));
    this.shares.clear();
    for (const share of shares) this.shares.set(share.key, share);
    const now = performance.now();
    // Too late an answer: who knows whether the node is still alive. What is stated next is what it holds without.
    const isLate = now - sentAt >= CONFIRMED_MS || node !== this.nodeNow();
    if (!isLate) [this.node, this.confirmedAt] = [node, sentAt];
    if (!isLate) {
      for (const [index, lane] of asking.entries()) this.receive(lane, wishes[index]?.wanted ?? 0, grants[index] ?? NOTHING, now);
      for (const lane of this.lanes.values()) lane.admit();
    }
    this.scheduleNext(now);
  }

  private receive(lane: Lane, wanted: number, { granted, nextInMs }: PermitGrant, now: number): void {
    lane.granted(granted, now);
    const isSatisfied = granted === wanted;
    lane.lookAt = isSatisfied ? 0 : now + (nextInMs > 0 ? RATE_MS : LOOK_MS);
    lane.notBefore = nextInMs > 0 ? now + Math.min(nextInMs, RATE_LONGEST_MS) : 0;
  }

  /** What lies idle, and all that was held under another number: that node counts as dead. */
  private giveBackIdle(now: number, node: number): void {
    for (const [name, lane] of this.lanes) {
      const isForeign = node !== this.node;
      if (isForeign || (lane.waiting === 0 && now - lane.idleSince >= KEEP_MS)) lane.spare = 0;
      if (lane.isEmpty && lane.askAt <= now) this.lanes.delete(name);
    }
  }

  /** Of each limit that the node holds or waits for, or that the database has a row of. */
  private uses(): PermitUse[] {
    const uses = new Map([...this.stated].map((key) => [key, { key, held: 0, waiting: 0 }]));
    for (const lane of this.lanes.values()) {
      for (const key of lane.keys) {
        const use = uses.get(key) ?? { key, held: 0, waiting: 0 };
        use.held += lane.held;
        use.waiting += lane.waiting;
        uses.set(key, use);
      }
    }
    return [...uses.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** Lanes that want permits, another one first each time: two that share a limit take turns. */
  private asking(now: number): Lane[] {
    const asking = [...this.lanes.values()].filter((lane) => lane.waiting > lane.spare && lane.askAt <= now);
    const first = asking.length === 0 ? 0 : this.turn++ % asking.length;
    return [...asking.slice(first), ...asking.slice(0, first)];
  }

  private scheduleNext(now: number): void {
    for (const lane of this.lanes.values()) {
      if (lane.waiting > 0) this.wake(Math.max(0, lane.askAt - now));
      else if (lane.spare > 0) this.wake(KEEP_MS);
      else if (lane.isEmpty) this.wake(Math.max(GATHER_MS, lane.askAt - now));
    }
  }
}
