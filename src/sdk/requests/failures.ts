/** Failures by their causes, with exact counts. */
export interface GetFailureGroupsRequest {
  /** Only this group. */
  readonly groupId?: string;
  /** Only of this process. */
  readonly processKey?: string;
  /** Only of this definition. */
  readonly processDefinitionId?: string | number;
  /** Only failures of this element. */
  readonly activityId?: string;
  /** Only with this error code. */
  readonly errorCode?: string;
  /** Only of this class of errors: SERVICE_UNAVAILABLE, INVALID_DATA, ... */
  readonly errorClass?: string;
  /** Only those that this person looks after. */
  readonly owner?: string;
  /** Only in these states. */
  readonly state?: 'open' | 'acknowledged' | 'snoozed' | readonly ('open' | 'acknowledged' | 'snoozed')[];
  /** Only with this text in message or code. */
  readonly text?: string;
  /** Groups without an open failure, too. */
  readonly includeSettled?: boolean;
  /** From 1. */
  readonly pageNumber?: number;
  /** 20 without it. */
  readonly pageSize?: number;
  /** `count` without it. */
  readonly sortBy?: 'count' | 'firstSeen' | 'lastSeen';
  /** `desc` without it. */
  readonly sortDirection?: 'asc' | 'desc';
}

/** Say who looks after a group of failures, what is known about it, and whether it is taken care of. */
export interface UpdateFailureGroupRequest {
  /** The group, as the list shows it. */
  readonly groupId: string;
  /** `acknowledged`: somebody is at it; `snoozed`: not before `snoozedUntil`. */
  readonly state?: 'open' | 'acknowledged' | 'snoozed';
  /** Until when it is snoozed. */
  readonly snoozedUntil?: string;
  /** Who looks after it; an empty text: nobody. */
  readonly owner?: string;
  /** What is known about it; an empty text: nothing. */
  readonly note?: string;
  /** Why, for the audit trail. */
  readonly comment?: string;
}
