import type { JsonObject } from '../json.js';

/** Say what operators may do with a task, a process or all of the tenant, and what a second person has to agree to. */
export interface SetOperatorPolicyRequest {
  /** Of this process; without it, of the tenant. */
  readonly processKey?: string;
  /** Of this task of the process. */
  readonly taskId?: string;
  /** Retrying failed tasks. */
  readonly retry?: 'allowed' | 'reason' | 'approval' | 'forbidden';
  /** Skipping failed tasks. */
  readonly skip?: 'allowed' | 'reason' | 'approval' | 'forbidden';
  /** Cancelling instances; of a process or the tenant. */
  readonly cancel?: 'allowed' | 'reason' | 'approval' | 'forbidden';
  /** Names of variables that no operator may change. */
  readonly protectedVariables?: string | readonly string[];
  /** The only variables that operators may change. */
  readonly allowedVariables?: string | readonly string[];
  /** A JSON Schema of the object of changed variables. */
  readonly variablesSchema?: JsonObject;
  /** Why, for the audit trail and the list. */
  readonly comment?: string;
}

/** Take a policy away: what a less specific one says counts again. */
export interface RemoveOperatorPolicyRequest {
  /** Of this process; without it, of the tenant. */
  readonly processKey?: string;
  /** Of this task of the process. */
  readonly taskId?: string;
  /** Why, for the audit trail. */
  readonly comment?: string;
}

/** What operators may do, the least specific policies first. */
export interface GetOperatorPoliciesRequest {
  /** Only those of this process and its tasks. */
  readonly processKey?: string;
}

/** Ask a second person to agree to a command; what it would do is shown to both. */
export interface RequestApprovalRequest {
  /** The command: RetryFailedTaskCommand, SkipFailedTaskCommand, CancelProcessInstanceCommand or StartBatchCommand. */
  readonly cmd: string;
  /** The data of the command, as it would be sent by itself. */
  readonly data: JsonObject;
  /** Why, for whoever decides and for the audit trail. */
  readonly reason: string;
  /** How long it can be agreed to, in ms; a day without it. */
  readonly expiresInMs?: number;
}

/** Agree to a command that somebody else has asked for, which is then executed. */
export interface ApproveRequest {
  /** The request for approval. */
  readonly approvalId: string | number;
  /** Why, for the audit trail. */
  readonly comment?: string;
}

/** Do not agree to a command that somebody has asked for; who has asked takes it back this way. */
export interface RejectRequest {
  /** The request for approval. */
  readonly approvalId: string | number;
  /** Why, for whoever has asked and for the audit trail. */
  readonly comment: string;
}

/** Commands that wait for a second person, and what became of others; the newest first. */
export interface GetApprovalsRequest {
  /** Only in these states. */
  readonly status?:
    | 'pending'
    | 'approved'
    | 'executed'
    | 'refused'
    | 'rejected'
    | 'expired'
    | readonly ('pending' | 'approved' | 'executed' | 'refused' | 'rejected' | 'expired')[];
  /** Only about this process instance. */
  readonly instanceGuid?: string;
  /** From 1. */
  readonly pageNumber?: number;
  /** 20 without it. */
  readonly pageSize?: number;
}
