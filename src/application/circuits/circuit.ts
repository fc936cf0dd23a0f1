/**
 * - `closed`: attempts go through, their outcomes are counted
 * - `open`: automatic attempts are held back
 * - `half-open`: cohorts of them are let through, each twice as large as the one before that went well
 */
export type CircuitState = 'closed' | 'open' | 'half-open';

/** What attempts depend on (an endpoint's host, a task type) and how it does. All times are epoch ms of the database's clock. */
export interface Circuit {
  readonly state: CircuitState;
  readonly changedAt: number;
  /** Why it is in this state. */
  readonly reason: string;
  /** Outcomes counted since `startedAt`, while closed. */
  readonly window: { readonly startedAt: number; readonly calls: number; readonly failures: number };
  /** Open: when canaries are let through; null: not by itself. */
  readonly probeAt: number | null;
  /** The wait before the canaries that come next, in ms. */
  readonly probeMs: number;
  /** Half-open: those that were let through last, and how they went. */
  readonly cohort: {
    readonly size: number;
    readonly startedAt: number;
    readonly calls: number;
    readonly failures: number;
  } | null;
  /** When it closed last; null: it has never been open. */
  readonly closedAt: number | null;
  /** Closed for want of anybody who waited: as few failures as canaries open it again. */
  readonly onTrial: boolean;
}

/** How attempts went since this was last said. */
export interface Outcomes {
  readonly calls: number;
  readonly failures: number;
  /** Let through, and no calls: they went elsewhere, or ended before they had an outcome. */
  readonly strays?: number;
}

/** When a circuit opens, and how it is probed. */
export interface CircuitSettings {
  readonly windowMs: number;
  /** Fewer calls in a window say nothing. */
  readonly leastCalls: number;
  /** Share of failures from which on it opens, from 0 to 1. */
  readonly failureShare: number;
  readonly firstProbeMs: number;
  readonly longestProbeMs: number;
}

/** Attempts let through when it is probed. */
const CANARIES = 3;
/** Most attempts in one cohort. */
const LARGEST_COHORT = 1_000;
/** After so long one of the same size follows a cohort that has not all come back: its node may be dead. In ms. */
const COHORT_MS = 10_000;

/** A circuit that nobody has said anything about. */
export function freshCircuit(now: number, settings: CircuitSettings): Circuit {
  return {
    state: 'closed',
    changedAt: now,
    reason: 'no failures',
    window: { startedAt: now, calls: 0, failures: 0 },
    probeAt: null,
    probeMs: settings.firstProbeMs,
    cohort: null,
    closedAt: null,
    onTrial: false,
  };
}

/**
 * Attempts have ended.
 * @param dice from 0 to 1: spreads the probes of circuits that opened together
 */
export function countOutcomes(
  circuit: Circuit,
  outcomes: Outcomes,
  now: number,
  settings: CircuitSettings,
  dice: number,
): Circuit {
  if (circuit.state === 'half-open') return countCohort(circuit, outcomes, now, settings, dice);
  if (circuit.state === 'open') return circuit; // Attempts that had begun before.
  const rolled = now - circuit.window.startedAt > settings.windowMs ? { startedAt: now, calls: 0, failures: 0 } : circuit.window;
  const calls = rolled.calls + outcomes.calls;
  const failures = rolled.failures + outcomes.failures;
  const least = circuit.onTrial ? CANARIES : settings.leastCalls;
  const window = { ...rolled, calls, failures };
  if (calls < least) return { ...circuit, window };
  if (failures / calls < settings.failureShare) {
    const onTrial = false;
    return circuit.onTrial ? { ...circuit, window, onTrial, probeMs: settings.firstProbeMs } : { ...circuit, window };
  }
  const seconds = Math.round(settings.windowMs / 1_000);
  const reason = `${failures} of ${calls} calls within ${seconds} s failed`;
  const probeMs = circuit.onTrial ? longer(circuit.probeMs, settings) : settings.firstProbeMs;
  return { ...open({ ...circuit, probeMs }, reason, now), window, probeAt: now + spread(probeMs, dice) };
}

function countCohort(circuit: Circuit, outcomes: Outcomes, now: number, settings: CircuitSettings, dice: number): Circuit {
  if (circuit.cohort === null) return circuit;
  const calls = circuit.cohort.calls + outcomes.calls;
  const failures = circuit.cohort.failures + outcomes.failures;
  const size = Math.max(0, circuit.cohort.size - (outcomes.strays ?? 0));
  const cohort = { ...circuit.cohort, size, calls, failures };
  if (failures < Math.ceil(Math.max(1, cohort.size) * settings.failureShare)) return { ...circuit, cohort };
  const probeMs = longer(circuit.probeMs, settings);
  const reason = `${failures} of ${calls} calls that were let through failed`;
  return { ...open({ ...circuit, probeMs }, reason, now), probeAt: now + spread(probeMs, dice) };
}

/** What is to be let through now: so many attempts; 0: nothing yet. */
export function nextCohort(circuit: Circuit, now: number): number {
  if (circuit.state === 'open') return circuit.probeAt !== null && now >= circuit.probeAt ? CANARIES : 0;
  if (circuit.state !== 'half-open' || circuit.cohort === null) return 0;
  const { size, calls, startedAt } = circuit.cohort;
  if (calls >= size) return Math.min(Math.max(size * 2, CANARIES), LARGEST_COHORT);
  return now - startedAt > COHORT_MS ? Math.max(size, CANARIES) : 0;
}

/** So many attempts are let through. */
export function beginCohort(circuit: Circuit, size: number, now: number): Circuit {
  const isNew = circuit.state !== 'half-open';
  return {
    ...circuit,
    state: 'half-open',
    changedAt: isNew ? now : circuit.changedAt,
    reason: isNew ? `probed with ${size} canaries` : `a cohort of ${size} is let through`,
    probeAt: null,
    cohort: { size, startedAt: now, calls: 0, failures: 0 },
  };
}

/** Fewer were let through than it was to be. */
export function shrinkCohort(circuit: Circuit, missing: number): Circuit {
  if (circuit.state !== 'half-open' || circuit.cohort === null) return circuit;
  return { ...circuit, cohort: { ...circuit.cohort, size: Math.max(0, circuit.cohort.size - missing) } };
}

/** Nobody waits for it any more. On trial where no attempt has shown that it works. */
export function closeCircuit(circuit: Circuit, reason: string, now: number, onTrial: boolean): Circuit {
  const window = { startedAt: now, calls: 0, failures: 0 };
  return { ...circuit, state: 'closed', changedAt: now, reason, window, probeAt: null, cohort: null, closedAt: now, onTrial };
}

/** Held back until somebody closes it, or until `probeAt`. */
export function forceOpen(circuit: Circuit, reason: string, probeAt: number | null, now: number): Circuit {
  return { ...open(circuit, reason, now), probeAt };
}

/** Somebody says that it works: what waits is let through in cohorts, which may show that it does not. */
export function reopenGradually(circuit: Circuit, reason: string, now: number): Circuit {
  const cohort = { size: CANARIES, startedAt: now, calls: CANARIES, failures: 0 };
  return { ...circuit, state: 'half-open', changedAt: now, reason, probeAt: null, cohort, onTrial: false };
}

function open(circuit: Circuit, reason: string, now: number): Circuit {
  return { ...circuit, state: 'open', changedAt: now, reason, cohort: null, onTrial: false };
}

function longer(probeMs: number, { longestProbeMs }: CircuitSettings): number {
  return Math.min(probeMs * 2, longestProbeMs);
}

/** A fifth up or down. */
function spread(ms: number, dice: number): number {
  return Math.round(ms * (0.8 + 0.4 * dice));
}
