import { Injectable } from '@nestjs/common';
import { failedElements, type Command } from '../../engine/index.js';
import { isAllowed, type Caller } from '../caller.js';
import { FAILURE_ACTIONS, type NextAction } from '../instance-view.js';
import type { LiveInstance } from '../session/live-instance.js';
import { judgeAct, ruleOf, type ActRefusal, type OperatorAct, type RuledCommand } from './judge-act.js';
import { PolicyLookup } from './policy-lookup.js';

/** What a command of an operator is, for the policies; null: nothing that they restrict. */
function actOf(command: Command): Pick<OperatorAct, 'command' | 'variables'> | null {
  switch (command.type) {
    case 'retry-failed-task':
      return { command: 'retry', variables: command.updatedVariables };
    case 'skip-failed-task':
      return { command: 'skip', variables: command.outputs };
    case 'cancel-process-instance':
      return { command: 'cancel', variables: null };
    case 'resume-process-instance':
      return command.updatedVariables === null ? null : { command: null, variables: command.updatedVariables };
    case 'set-process-variables':
      return { command: null, variables: command.variables };
    default:
      return null;
  }
}

/** The very command that was judged: of a failure, the one that it was judged for. */
export type Permit = { readonly kind: 'permitted'; readonly command: Command } | RefusedPermit;

/** Why a command is not done, and on what instance. */
export interface RefusedPermit {
  readonly kind: 'refused';
  readonly refusal: ActRefusal;
  readonly instance: LiveInstance;
}

const COMMANDS: Readonly<Record<string, { readonly command: RuledCommand; readonly permission: string }>> = {
  retry: { command: 'retry', permission: 'task:retry' },
  skip: { command: 'skip', permission: 'task:skip' },
  cancel: { command: 'cancel', permission: 'instance:cancel' },
};

/** Asks the policies of the tenant before a command of an operator is done. */
@Injectable()
export class OperatorPermits {
  constructor(private readonly policies: PolicyLookup) {}

  /**
   * Without policies, the command as it is: nothing is read for it.
   * @param read the instance as it is stored now; null: there is none, which the command itself will find
   */
  async of(command: Command, caller: Caller, reason: string | null, read: () => Promise<LiveInstance | null>): Promise<Permit> {
    const act = actOf(command);
    const policies = act === null ? [] : await this.policies.of(caller.tenantId);
    if (act === null || policies.length === 0) return { kind: 'permitted', command };
    const instance = await read();
    if (!instance) return { kind: 'permitted', command };
    const { taskId, pinned } = pin(command, instance);
    const { processKey } = instance.header;
    const refusal = judgeAct(policies, { ...act, processKey, taskId, reason, isApproved: caller.approval !== undefined });
    return refusal ? { kind: 'refused', refusal, instance } : { kind: 'permitted', command: pinned };
  }

  /** `nextActions` of a failed instance: what can be done about its oldest failure, and what of it this caller may do. */
  async failureActions(instance: LiveInstance, caller: Caller): Promise<{ nextActions?: readonly NextAction[] }> {
    if (instance.state.endedAt !== null || failedElements(instance.state).length === 0) return {};
    return { nextActions: await this.actionsOf(instance, caller) };
  }

  private async actionsOf(instance: LiveInstance, caller: Caller): Promise<readonly NextAction[]> {
    const policies = await this.policies.of(caller.tenantId);
    const taskId = failedElements(instance.state)[0]?.nodeId ?? null;
    const { processKey } = instance.header;
    return FAILURE_ACTIONS.map((action) => {
      const known = COMMANDS[action.action];
      if (!known) return action;
      if (!isAllowed(caller, known.permission))
        return { ...action, allowed: false, reason: `This token lacks the permission '${known.permission}'.` };
      const subject = { processKey, taskId: known.command === 'cancel' ? null : taskId };
      const rule = ruleOf(policies, subject, known.command)?.rule ?? 'allowed';
      if (rule === 'allowed') return { ...action, allowed: true };
      if (rule === 'reason') return { ...action, allowed: true, requires: 'reason' as const };
      const act = { ...subject, command: known.command, reason: '-', variables: null, isApproved: false };
      const reason = judgeAct(policies, act)?.message ?? '';
      return { ...action, allowed: false, ...(rule === 'approval' && { requires: 'approval' as const }), reason };
    });
  }
}

/** The task that the command means now, and the command with that failure named: another one is not done instead. */
function pin(command: Command, { state }: LiveInstance): { taskId: string | null; pinned: Command } {
  if (command.type !== 'retry-failed-task' && command.type !== 'skip-failed-task') return { taskId: null, pinned: command };
  const { failure, taskId } = command;
  const failed = failedElements(state);
  const meant = failure
    ? failed.find(({ id }) => id === failure.elementInstanceId)
    : failed.find(({ nodeId }) => taskId === null || nodeId === taskId);
  if (!meant) return { taskId, pinned: command };
  const key = { elementInstanceId: meant.id, attempt: meant.incident?.attempt ?? meant.attempt };
  return { taskId: meant.nodeId, pinned: failure ? command : { ...command, failure: key } };
}
