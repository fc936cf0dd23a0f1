import type { ActivatedJob } from '../contract/activated-job.js';
import type { AuditEntry } from '../contract/audit-entry.js';
import type { JsonObject } from './json.js';

/** Where an instance stands. */
export type InstanceStatus = 'running' | 'waiting' | 'error' | 'paused' | 'completed' | 'cancelled';

/** What every answer about one instance has. Instants are ISO 8601. */
export interface InstanceHead {
  readonly instanceGuid: string;
  readonly status: InstanceStatus;
  /** The oldest active element; null when none is. */
  readonly currentActivityId: string | null;
}

/** Variables and trail of an instance. */
export interface InstanceVariables {
  readonly variables: JsonObject;
  readonly currentNode: string | null;
  readonly completedTasks: readonly string[];
  readonly skippedTasks: readonly string[];
}

/** An open failure. */
export interface TaskFailure {
  readonly taskId: string;
  readonly taskName: string;
  readonly errorMessage: string;
  readonly errorCode: string;
  readonly attemptNumber: number;
  readonly lastAttemptAt: string;
}

/** One active element. `job` is there while its work is a worker's. */
export interface ActiveActivity {
  readonly elementInstanceId: number;
  readonly elementId: string;
  readonly elementName: string;
  readonly status: string;
  readonly attempt: number;
  readonly startedAt: string;
  readonly dueAt?: string;
  readonly job?: {
    readonly type: string | null;
    readonly worker: string | null;
    readonly lockedUntil: string | null;
    readonly heartbeatAt: string | null;
  };
}

/** Everything about one instance. Further keys may be there. */
export interface InstanceState extends InstanceHead, JsonObject {
  readonly processDefinitionId: number;
  readonly processKey: string;
  readonly processName: string;
  readonly businessKey: string | null;
  readonly executionMode: 'Unsupervised' | 'Supervised';
  readonly startedAt: string;
  readonly lastUpdated: string;
  readonly endedAt: string | null;
  readonly version: number;
  readonly definitionVersion: number;
  readonly state: InstanceVariables;
  readonly activeActivities: readonly ActiveActivity[];
  /** The oldest open failure, while there is one. */
  readonly error?: TaskFailure;
  readonly errors: readonly TaskFailure[];
}

/** What an operator's command made of an instance. */
export interface OperatorAnswer extends InstanceHead, JsonObject {
  readonly state?: InstanceVariables;
}

/** A page of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly pageNumber: number;
  readonly pageSize: number;
  readonly totalPages: number;
  readonly totalRecords: number;
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
}

/** Newest first. */
export interface AuditPage {
  readonly items: readonly AuditEntry[];
  /** Null on the last page. */
  readonly nextCursor: string | null;
  /** ISO 8601: looking further back would have taken too long; `nextCursor` goes on there. Null where the page is as full as can be. */
  readonly searchedBackTo: string | null;
}

/** A model that was deployed. `id` is the first executable process. */
export interface DeployedDefinition extends JsonObject {
  readonly id: number;
  readonly processKey: string;
  readonly name: string;
  readonly version: number;
}

/** Jobs locked for the worker that asked. */
export interface ActivatedJobs {
  readonly jobs: readonly ActivatedJob[];
}

/** What became of the instance by a job's end. */
export interface JobAnswer extends JsonObject {
  readonly jobId: string;
  readonly instanceGuid: string;
  readonly taskId: string | null;
  readonly status: InstanceStatus;
}

/** How a job stands, for who works on it. */
export interface HeartbeatAnswer extends JobAnswer {
  readonly lockedUntil: string | null;
  readonly cancelRequested: boolean;
  readonly pauseRequested: boolean;
}

/** Where a message went. */
export interface PublishedMessage extends JsonObject {
  readonly correlated: readonly string[];
  readonly buffered: boolean;
}

/** Failures of one cause. Instants are ISO 8601. */
export interface FailureGroup extends JsonObject {
  readonly groupId: string;
  readonly processDefinitionId: number;
  readonly processKey: string;
  readonly activityId: string;
  readonly errorCode: string;
  readonly errorClass: string;
  /** The message without what changes from case to case. */
  readonly pattern: string;
  /** Failures that are open now. */
  readonly count: number;
  /** Failures that were ever opened. */
  readonly total: number;
  readonly firstSeen: string;
  readonly lastSeen: string;
  /** Of each of the last 24 hours, the oldest first. */
  readonly trend: readonly { readonly from: string; readonly opened: number; readonly settled: number }[];
  readonly samples: readonly { readonly instanceGuid: string; readonly message: string; readonly at: string }[];
  readonly affectedVersions: readonly { readonly version: number; readonly count: number }[];
  readonly state: 'open' | 'acknowledged' | 'snoozed';
  readonly snoozedUntil: string | null;
  readonly owner: string | null;
  readonly note: string | null;
}

/** How an item of a batch stands, or has ended. */
export type BatchItemState =
  | 'pending'
  | 'running'
  | 'recovered'
  | 'done'
  | 'failed-again'
  | 'still-running'
  | 'interrupted'
  | 'refused'
  | 'moved-on'
  | 'not-attempted';

/** A command on many instances. */
export interface Batch extends JsonObject {
  readonly batchId: string;
  readonly kind: string;
  readonly status: 'running' | 'paused' | 'stopped' | 'aborting' | 'aborted' | 'completed';
  /** Why it was paused, stopped or aborted. */
  readonly statusReason: string | null;
  readonly total: number;
  /** Items in each state, those of nothing included. */
  readonly counts: Readonly<Record<BatchItemState, number>>;
  readonly progress: {
    readonly ended: number;
    readonly percent: number;
    readonly perSecond: number | null;
    /** Null: not known yet. */
    readonly remainingMs: number | null;
  };
  /** Null: it has none. */
  readonly canary: { readonly items: number; readonly state: 'running' | 'passed' | 'failed' } | null;
  readonly reason: string | null;
  readonly repeatOf: string | null;
  readonly startedBy: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
}

/** Items of a batch. */
export interface BatchItems {
  readonly items: readonly {
    readonly item: number;
    readonly instanceGuid: string;
    readonly taskId: string | null;
    readonly state: BatchItemState;
    readonly statusBefore: InstanceStatus | null;
    readonly statusAfter: InstanceStatus | null;
    readonly errorCode: string | null;
    readonly errorMessage: string | null;
    readonly reason: string | null;
    readonly startedAt: string | null;
    readonly endedAt: string | null;
  }[];
  /** Null on the last page. */
  readonly nextCursor: string | null;
}

/** What a batch would be about. */
export interface BatchPreview extends JsonObject {
  readonly total: number;
  readonly byStatus: Readonly<Record<string, number>>;
  readonly byProcess: readonly { readonly processKey: string; readonly count: number }[];
  /** Items in states that the command is refused in. */
  readonly willBeRefused: number;
  readonly samples: readonly JsonObject[];
}

/** Whether the database is as it must be. */
export interface CheckedInvariants extends JsonObject {
  readonly ok: boolean;
  /** Of all tenants, or of the caller's. */
  readonly scope: 'server' | 'tenant';
  readonly checks: readonly {
    readonly check: string;
    /** What must hold, as a sentence. */
    readonly rule: string;
    readonly ok: boolean;
    /** Rows that break the rule (1,000 are at least so many), or the figure that the rule is about. */
    readonly found: number;
    readonly expected: number;
    readonly examples: readonly string[];
  }[];
}
