import type { JsonObject } from '../json.js';

/** The audit trail in the shape of the activities query, page by page. */
export interface GetActivitiesRequest {
  /** User, ProcessInstance or ProcessDefinition. */
  readonly entity?: string;
  /** Which one; needed with `entity`. */
  readonly entityId?: string | number;
  /** Not before this date. */
  readonly startDate?: string;
  /** Not after this date. */
  readonly endDate?: string;
  /** Anywhere in action, comment, actor, task or instance. */
  readonly searchText?: string;
  /** From 1. */
  readonly pageNumber?: number;
  /** 50 without it. */
  readonly pageSize?: number;
  /** Not here: the audit trail is exported by GET /api/core/audit. */
  readonly isExport?: boolean;
}

/** Who did what, and what was decided by itself; newest first. */
export interface GetAuditTrailRequest {
  /** Only of this process instance. */
  readonly instanceGuid?: string;
  /** Only of this principal. */
  readonly actor?: string;
  /** Only these actions: names of commands or of automatic decisions. */
  readonly action?: string | readonly string[];
  /** Only with this outcome. */
  readonly outcome?: 'succeeded' | 'failed' | 'refused';
  /** Only of this task. */
  readonly taskId?: string;
  /** Only of this process. */
  readonly processKey?: string;
  /** Not before this instant or date. */
  readonly from?: string;
  /** Not after this instant or date. */
  readonly to?: string;
  /** Anywhere in action, comment, actor, task or instance. */
  readonly text?: string;
  /** 50 without it. */
  readonly pageSize?: number;
  /** From the answer before. */
  readonly cursor?: string;
}

/** Check that no entry of the audit trail was altered, inserted or removed. */
export interface VerifyAuditTrailRequest {
  /** As `getAuditCheckpoint` has answered it: the chain must still have that seal. */
  readonly checkpoint?: JsonObject;
  /** Public keys (Ed25519, PEM) whose checkpoints and statements are believed; without it, the key of the server. */
  readonly trustedKeys?: string | readonly string[];
}

/** A signed statement of where the audit chain ends now, to be kept outside of the database. */
export type GetAuditCheckpointRequest = Readonly<Record<string, never>>;
