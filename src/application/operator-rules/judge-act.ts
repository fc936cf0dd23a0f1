import type { JsonObject } from '../../engine/index.js';
import type { OperatorPolicy, OperatorRule, OperatorRules, PolicyScope } from '../ports/operator-policies.js';
import { findSchemaProblem } from './variables-schema.js';

/** The commands that a policy may restrict. */
export type RuledCommand = 'retry' | 'skip' | 'cancel';

/** What somebody is about to do, and on what. */
export interface OperatorAct {
  /** Null: none that a policy restricts as such; its variables count. */
  readonly command: RuledCommand | null;
  readonly processKey: string;
  /** Null: the instance as a whole. */
  readonly taskId: string | null;
  readonly reason: string | null;
  /** Variables that it changes; null: none. */
  readonly variables: JsonObject | null;
  /** A second person has agreed. */
  readonly isApproved: boolean;
}

/** Why an act is not done. */
export interface ActRefusal {
  readonly message: string;
  readonly rule: Exclude<OperatorRule, 'allowed'> | 'variables';
  readonly scope: PolicyScope;
}

const DOING: Readonly<Record<RuledCommand, string>> = { retry: 'Retrying', skip: 'Skipping', cancel: 'Cancelling' };

/** What the policies of a tenant say to an act; null: it may be done. The most specific policy that says something counts. */
export function judgeAct(policies: readonly OperatorPolicy[], act: OperatorAct): ActRefusal | null {
  const found = act.command === null ? null : ruleOf(policies, act, act.command);
  if (found) {
    const refusal = judgeRule(found, act);
    if (refusal) return refusal;
  }
  return judgeVariables(policies, act);
}

/** What counts for a command on a task: the rule and where it is from; null: it is allowed. */
export function ruleOf(
  policies: readonly OperatorPolicy[],
  subject: Pick<OperatorAct, 'processKey' | 'taskId'>,
  command: RuledCommand,
): { readonly rule: OperatorRule; readonly scope: PolicyScope } | null {
  const found = saying(policies, subject, command);
  return found ? { rule: found.value, scope: found.scope } : null;
}

function judgeRule({ rule, scope }: { rule: OperatorRule; scope: PolicyScope }, act: OperatorAct): ActRefusal | null {
  if (rule === 'allowed' || act.command === null) return null;
  const doing = `${DOING[act.command]} ${act.taskId === null ? `process '${act.processKey}'` : `task '${act.taskId}'`}`;
  if (rule === 'forbidden') return { message: `${doing} is forbidden ${byPolicy(scope)}.`, rule, scope };
  if (act.reason === null || act.reason.trim() === '') {
    const where = act.command === 'cancel' ? '`reason`' : '`comment`';
    return { message: `${doing} needs a reason ${byPolicy(scope)}. Say it in ${where}.`, rule: 'reason', scope };
  }
  if (rule === 'reason' || act.isApproved) return null;
  const message = `${doing} needs a second person ${byPolicy(scope)}. Ask for it with RequestApprovalCommand.`;
  return { message, rule, scope };
}

function judgeVariables(policies: readonly OperatorPolicy[], act: OperatorAct): ActRefusal | null {
  const names = Object.keys(act.variables ?? {});
  if (act.variables === null || names.length === 0) return null;
  const hidden = saying(policies, act, 'protectedVariables');
  const isProtected = hidden && names.find((name) => hidden.value.includes(name));
  if (hidden && isProtected !== undefined && isProtected !== null)
    return refuseVariable(`Variable '${isProtected}' is protected ${byPolicy(hidden.scope)}.`, hidden.scope);
  const open = saying(policies, act, 'allowedVariables');
  const notAllowed = open && names.find((name) => !open.value.includes(name));
  if (open && notAllowed !== undefined && notAllowed !== null) {
    const may = open.value.length === 0 ? 'none may' : `these may: ${open.value.join(', ')}`;
    return refuseVariable(`Variable '${notAllowed}' may not be changed ${byPolicy(open.scope)}; ${may}.`, open.scope);
  }
  const schema = saying(policies, act, 'variablesSchema');
  const problem = schema && findSchemaProblem(schema.value, act.variables);
  return schema && problem
    ? refuseVariable(`Variables are not as the schema ${byPolicy(schema.scope)} has them: ${problem}.`, schema.scope)
    : null;
}

function refuseVariable(message: string, scope: PolicyScope): ActRefusal {
  return { message, rule: 'variables', scope };
}

/** The most specific policy for the subject that says something of this name. */
function saying<Name extends keyof OperatorRules>(
  policies: readonly OperatorPolicy[],
  { processKey, taskId }: Pick<OperatorAct, 'processKey' | 'taskId'>,
  name: Name,
): { readonly value: NonNullable<OperatorRules[Name]>; readonly scope: PolicyScope } | null {
  const scopes: readonly PolicyScope[] = [
    ...(taskId === null ? [] : [{ processKey, taskId }]),
    { processKey, taskId: null },
    { processKey: null, taskId: null },
  ];
  for (const scope of scopes) {
    const policy = policies.find((each) => each.processKey === scope.processKey && each.taskId === scope.taskId);
    const value = policy?.rules[name];
    if (value !== undefined) return { value, scope };
  }
  return null;
}

function byPolicy({ processKey, taskId }: PolicyScope): string {
  if (taskId !== null) return `by the policy of task '${taskId}'`;
  return processKey === null ? 'by the policy of the tenant' : `by the policy of process '${processKey}'`;
}
