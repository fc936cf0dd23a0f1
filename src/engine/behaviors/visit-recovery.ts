import type { ElementInstance, VisitRecovery } from '../state/instance-state.js';

const NOTHING: VisitRecovery = {
  budget: null,
  budgetSince: null,
  totalDueAt: null,
  reschedules: 0,
  heartbeat: null,
  circuit: null,
  mayGoElsewhere: false,
  reconciling: false,
};

/** What recovery has to remember of the visit, this changed. What says nothing is not kept. */
export function remember(instance: ElementInstance, change: Partial<VisitRecovery>): void {
  const next = { ...NOTHING, ...instance.recovery, ...change };
  const says = Object.entries(next).some(([name, value]) => value !== NOTHING[name as keyof VisitRecovery]);
  instance.recovery = says ? next : null;
}

/** What is remembered of the visit. */
export function recoveryOf(instance: ElementInstance): VisitRecovery {
  return instance.recovery ?? NOTHING;
}

/** Whether the variables say which circuit it is: that of a task type stays, whatever they are. */
export function isEndpoint(circuit: string | null): boolean {
  return circuit !== null && !circuit.startsWith('task:');
}
