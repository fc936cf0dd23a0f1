import { instant } from '../instance-view.js';
import type { OperatorPolicy } from '../ports/operator-policies.js';

/** A policy as clients see it. */
export function policyView({
  processKey,
  taskId,
  rules,
  comment,
  setBy,
  setAt,
}: OperatorPolicy): Readonly<Record<string, unknown>> {
  return { processKey, taskId, ...rules, comment, setBy, setAt: instant(setAt.getTime()) };
}
