import { instant } from '../instance-view.js';
import type { EscalationRule } from '../ports/escalations.js';

/** A rule as clients see it. */
export function ruleView({ setAt, ...rule }: EscalationRule): Readonly<Record<string, unknown>> {
  return { ...rule, setAt: instant(setAt.getTime()) };
}
