import type { JsonObject } from '../json.js';

/** End a process instance for good. */
export interface CancelProcessInstanceRequest {
  /** The process instance. */
  readonly instanceGuid: string;
  /** Refuse if the instance is no longer at this version. */
  readonly expectedVersion?: number;
  /** Answer what would happen, change nothing. */
  readonly dryRun?: boolean;
  /** How long to wait for the outcome, in ms. */
  readonly waitMs?: number;
  /** Why, for the audit trail. */
  readonly reason?: string;
  /** Who asks for it, as claimed; the audit also has the real principal. */
  readonly cancelledBy?: string;
  /** `graceful`: running attempts are told to stop; `terminate`: at once. */
  readonly mode?: 'graceful' | 'terminate';
}

/** Every visit of every element, in order. */
export interface GetProcessInstanceActivitiesRequest {
  /** The process instance. */
  readonly instanceGuid: string;
  /** Visits on a page. */
  readonly pageSize?: number;
  /** From the answer before. */
  readonly cursor?: string;
}

/** Every visit with its attempts, input, output and changes of variables, in the order of entering. */
export interface GetProcessInstanceHistoryRequest {
  /** The process instance. */
  readonly instanceGuid: string;
  /** Only visits of this element. */
  readonly taskId?: string;
  /** Visits on a page; 50 without it. */
  readonly pageSize?: number;
  /** From the answer before. */
  readonly cursor?: string;
}

/** Process instances, filtered, page by page. */
export interface GetProcessInstanceListRequest {
  /** Only in these states. */
  readonly status?:
    | 'running'
    | 'waiting'
    | 'error'
    | 'paused'
    | 'completed'
    | 'cancelled'
    | readonly ('running' | 'waiting' | 'error' | 'paused' | 'completed' | 'cancelled')[];
  /** Only of this process. */
  readonly processKey?: string;
  /** Only of this definition. */
  readonly processDefinitionId?: string | number;
  /** Only with this key of the business. */
  readonly businessKey?: string;
  /** Only with an open failure of this element. */
  readonly failedActivityId?: string;
  /** Only with an open failure whose message has this text. */
  readonly errorText?: string;
  /** Only with a task that waits for its next automatic attempt, or (false) only without. */
  readonly retrying?: boolean;
  /** Only with an open failure of this group. */
  readonly failureGroup?: string;
  /** Started not before this instant or date. */
  readonly startedFrom?: string;
  /** Started not after this instant or date. */
  readonly startedTo?: string;
  /** Conditions on variables: a list of up to 10 { path, operator, value } with operator one of eq, neq, gt, gte, lt, lte, contains, or an object of paths to the values they must equal. */
  readonly variables?: readonly JsonObject[];
  /** From 1. */
  readonly pageNumber?: number;
  /** 20 without it. */
  readonly pageSize?: number;
  /** `startedAt` without it. */
  readonly sortBy?: 'startedAt' | 'lastUpdated' | 'status' | 'businessKey' | 'processKey' | 'instanceGuid';
  /** `desc` without it. */
  readonly sortDirection?: 'asc' | 'desc';
  /** Instead of a page number: from the answer before. */
  readonly cursor?: string;
}

/** Everything about one process instance. */
export interface GetProcessInstanceStateRequest {
  /** The process instance. */
  readonly instanceGuid: string;
}

/** A process instance as it was after a step, or at an instant: exactly one of `version` and `at`. */
export interface GetStateAtRequest {
  /** The process instance. */
  readonly instanceGuid: string;
  /** After this step: the version that the instance had then. */
  readonly version?: number;
  /** At this instant. */
  readonly at?: string;
}

/** Begin nothing new until the instance is resumed. */
export interface PauseProcessInstanceRequest {
  /** The process instance. */
  readonly instanceGuid: string;
  /** Why, for the audit trail. */
  readonly comment?: string;
  /** Refuse if the instance is no longer at this version. */
  readonly expectedVersion?: number;
  /** Answer what would happen, change nothing. */
  readonly dryRun?: boolean;
}

/** Begin a new instance at an activity of one that has ended or is in error, with its variables of that time. */
export interface RestartFromActivityRequest {
  /** The process instance. */
  readonly instanceGuid: string;
  /** The activity to begin at: one of the process itself, not of a sub-process. */
  readonly activityId: string;
  /** Changes of the variables that are restored. */
  readonly variables?: JsonObject;
  /** Which variables it begins with: those of the time when the activity was last entered (without it), or the latest. */
  readonly restoreVariables?: 'before-activity' | 'latest';
  /** On which version of the definition: that of the other instance (without it), or the newest. */
  readonly version?: 'same' | 'latest';
  /** The client's own id of the new instance: starting it twice is one start. */
  readonly newInstanceGuid?: string;
  /** Why, for the audit trail. */
  readonly comment?: string;
  /** Answer what would happen, change nothing. */
  readonly dryRun?: boolean;
  /** How long to wait for the first rest, in ms. */
  readonly waitMs?: number;
}

/** Go on where the instance was paused. */
export interface ResumeProcessInstanceRequest {
  /** The process instance. */
  readonly instanceGuid: string;
  /** Why, for the audit trail. */
  readonly resumeComment?: string;
  /** Merged into the process variables before it goes on. */
  readonly updatedVariables?: JsonObject;
  /** Refuse if the instance is no longer at this version. */
  readonly expectedVersion?: number;
  /** Answer what would happen, change nothing. */
  readonly dryRun?: boolean;
}

/** Change variables of an instance that has not ended. */
export interface SetProcessVariablesRequest {
  /** The process instance. */
  readonly instanceGuid: string;
  /** Names and their new values; others stay. */
  readonly variables: JsonObject;
  /** Why, for the audit trail. */
  readonly comment?: string;
  /** Refuse if the instance is no longer at this version. */
  readonly expectedVersion?: number;
  /** Answer what would happen, change nothing. */
  readonly dryRun?: boolean;
}

/** Start a process instance. */
export interface StartProcessInstanceRequest {
  /** The process definition. */
  readonly id?: string | number;
  /** The process key, instead of the id: the newest active definition that has it. */
  readonly processKey?: string;
  /** Initial variables as JSON text. */
  readonly runtimeContext?: string;
  /** Initial variables. */
  readonly variables?: JsonObject;
  /** Kind of business object, for tracking. */
  readonly contextTypeId?: string | number;
  /** Id of that business object. */
  readonly contextId?: string | number;
  /** A key of the business, to find the instance by. */
  readonly businessKey?: string;
  /** `Supervised`: stand before each task. */
  readonly executionMode?: 'Unsupervised' | 'Supervised';
  /** A version of the definition other than the newest. */
  readonly version?: number;
  /** The client's own id: starting it twice is one start. */
  readonly instanceGuid?: string;
  /** How long to wait for the first rest, in ms. */
  readonly waitMs?: number;
}

/** Supervised mode: stand before the previous task again. */
export interface StepBackwardRequest {
  /** The process instance. */
  readonly instanceGuid: string;
}

/** Supervised mode: execute the task that the process stands before. */
export interface StepForwardRequest {
  /** The process instance. */
  readonly instanceGuid: string;
}
