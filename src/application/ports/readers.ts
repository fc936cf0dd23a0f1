import type { AuditEntry } from '../../contract/audit-entry.js';
import type { ElementType, InstanceStatus, JsonObject, JsonValue } from '../../engine/index.js';
import type { ClaimedKey } from './stores.js';

/** A visit that has ended (open ones are in the instance's state). */
export interface EndedActivity {
  readonly sequence: number;
  readonly elementId: string;
  readonly elementType: ElementType;
  readonly status: 'completed' | 'terminated' | 'skipped' | 'failed';
  readonly scopeElementInstanceId: number | null;
  readonly takenFlowIds: readonly string[];
  readonly attempts: number;
  readonly startedAt: Date;
  readonly endedAt: Date;
}

/** Whose visits are asked for. None ended before `startedAt` (epoch ms), so that the weeks of history before it are not looked into. */
export interface VisitsOf {
  readonly id: number;
  readonly startedAt: number;
}

export interface AttemptRecord {
  readonly elementInstanceId: number;
  readonly taskId: string;
  readonly attempt: number;
  readonly outcome: string;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly details: JsonObject | null;
  readonly errorClass: string | null;
  /** What was decided about it, and why; null where it did not fail. */
  readonly decision: string | null;
  readonly decisionReason: string | null;
  readonly worker: string | null;
  readonly startedAt: Date;
  readonly endedAt: Date;
}

export interface InstanceListFilter {
  readonly status?: readonly InstanceStatus[] | undefined;
  readonly processKey?: string | undefined;
  readonly processDefinitionId?: number | undefined;
  readonly businessKey?: string | undefined;
  readonly failedActivityId?: string | undefined;
  readonly errorText?: string | undefined;
  /** With an open failure of this group. */
  readonly failureGroup?: string | undefined;
  /** Whether a task of it waits for its next automatic attempt. */
  readonly retrying?: boolean | undefined;
  readonly startedFrom?: Date | undefined;
  readonly startedTo?: Date | undefined;
  /** All must hold; `path` like `customer.id`. */
  readonly variables?:
    | readonly {
        readonly path: string;
        readonly operator: 'eq' | 'neq' | 'gt' | 'gte' | 'lt' | 'lte' | 'contains';
        readonly value: JsonValue;
      }[]
    | undefined;
}

export type InstanceSortKey = 'startedAt' | 'lastUpdated' | 'status' | 'businessKey' | 'processKey' | 'instanceGuid';

export interface InstanceListItem {
  readonly instanceGuid: string;
  readonly processDefinitionId: number;
  readonly processKey: string;
  readonly processName: string;
  readonly version: number;
  readonly businessKey: string | null;
  readonly status: InstanceStatus;
  readonly executionMode: string;
  readonly currentActivityId: string | null;
  readonly failedActivityId: string | null;
  readonly errorMessage: string | null;
  readonly startedAt: string;
  readonly lastUpdated: string;
  readonly endedAt: string | null;
}

export interface InstancePage {
  readonly items: readonly InstanceListItem[];
  readonly totalRecords: number;
  /** For keyset paging (startedAt order); null on the last page. */
  readonly nextCursor: string | null;
}

/** How an instance stands, in short. */
export interface InstanceHead {
  readonly id: number;
  readonly instanceGuid: string;
  readonly status: InstanceStatus;
  readonly version: number;
  readonly currentActivityId: string | null;
}

/** People's queries: their own small pool, with a statement time-out. */
export abstract class InstanceReader {
  abstract list(
    tenantId: string,
    filter: InstanceListFilter,
    page: { pageNumber: number; pageSize: number; cursor: string | null; sortBy: InstanceSortKey; sortDirection: 'asc' | 'desc' },
  ): Promise<InstancePage>;
  /** Null where the tenant has none such. */
  abstract head(tenantId: string, guid: string): Promise<InstanceHead | null>;
  /** Ended visits with sequence > after, in order. */
  abstract endedActivities(instance: VisitsOf, after: number, limit: number): Promise<EndedActivity[]>;
  /** Element ids completed and skipped, in the order in which they ended. */
  abstract endedTrail(instance: VisitsOf): Promise<{ completed: string[]; skipped: string[] }>;
  abstract attempts(instanceId: number, limit: number): Promise<AttemptRecord[]>;
  abstract countOpenIncidents(): Promise<number>;
  /** Newest definition id of a tenant whose instances are counted by status. */
  abstract countByStatus(definitionId: number): Promise<Partial<Record<InstanceStatus, number>>>;
  /** Average seconds from start to end of completed instances, null when none. */
  abstract averageDurationMs(definitionId: number): Promise<number | null>;
}

export interface DefinitionRecord {
  readonly id: number;
  readonly tenantId: string;
  readonly name: string;
  readonly processKey: string;
  readonly description: string;
  readonly category: string;
  readonly version: number;
  readonly isActive: boolean;
  readonly triggerEvents: readonly string[];
  readonly contextLoaderType: string | null;
  readonly metadata: JsonObject;
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly updatedAt: Date | null;
  readonly updatedBy: string | null;
}

export interface NewDefinition {
  readonly name: string;
  readonly processKey: string;
  readonly description: string;
  readonly category: string;
  readonly isActive: boolean;
  readonly triggerEvents: readonly string[];
  readonly contextLoaderType: string | null;
  readonly metadata: JsonObject;
  /** Names of messages that start it, with the start event's id. */
  readonly messageStarts: readonly { readonly messageName: string; readonly startEventId: string }[];
  /** When its timers start it first (epoch ms); `remaining` firings are left after that one, null: without end. */
  readonly timerStarts: readonly { readonly startEventId: string; readonly dueAt: number; readonly remaining: number | null }[];
}

export interface DefinitionListItem extends DefinitionRecord {
  readonly activeInstanceCount: number;
  readonly totalInstanceCount: number;
}

/** How the deletion of a definition ended. Only `deleted` changed anything. */
export type Deletion =
  | { readonly kind: 'deleted'; readonly deletedInstances: number }
  | { readonly kind: 'active-instances' }
  | { readonly kind: 'not-found' };

/** A unique name is taken. */
export class DuplicateName extends Error {
  override readonly name = 'DuplicateName';
  constructor(readonly existingId: number) {
    super(`A definition with this name exists: ${existingId}`);
  }
}

/**
 * Definitions and their versions. A version's XML never changes. Where `audit` is asked for, it makes the entries of the change
 * from what was stored, and they are written in the same transaction (CONTRACT section 7). A change whose `underClaim` is not
 * held any more throws StepConflict and writes nothing.
 */
export abstract class DefinitionStore {
  /** All of one model in one transaction, each as version 1, in the order given. @throws DuplicateName */
  abstract insert(
    tenantId: string,
    definitions: readonly NewDefinition[],
    xml: string,
    by: string,
    audit: (inserted: readonly DefinitionRecord[]) => readonly AuditEntry[],
    underClaim: ClaimedKey | null,
  ): Promise<DefinitionRecord[]>;
  /** A new version with this XML where given (version + 1), and the other fields where given. @throws DuplicateName */
  abstract update(
    tenantId: string,
    id: number,
    changes: Partial<
      Pick<
        NewDefinition,
        'name' | 'processKey' | 'description' | 'category' | 'isActive' | 'metadata' | 'messageStarts' | 'timerStarts'
      >
    > & { xml?: string },
    by: string,
    audit: (updated: DefinitionRecord) => AuditEntry,
    underClaim: ClaimedKey | null,
  ): Promise<DefinitionRecord | null>;
  abstract findById(tenantId: string, id: number): Promise<DefinitionRecord | null>;
  abstract findByName(tenantId: string, name: string): Promise<DefinitionRecord | null>;
  /** The newest active one with this process key. */
  abstract findByProcessKey(tenantId: string, processKey: string): Promise<DefinitionRecord | null>;
  /** XML and process key of one version, whatever the tenant (callers have checked it). */
  abstract loadVersion(id: number, version: number): Promise<{ xml: string; processKey: string } | null>;
  abstract list(
    tenantId: string,
    filter: { searchText?: string | undefined; category?: string | undefined; isActive?: boolean | undefined },
    page: {
      pageNumber: number;
      pageSize: number;
      sortBy: 'name' | 'category' | 'createdDate' | 'version' | 'updatedDate';
      sortDirection: 'asc' | 'desc';
    },
  ): Promise<{ items: DefinitionListItem[]; totalRecords: number }>;
  /** Active definitions of the tenant that a message of this name starts. */
  abstract findByStartMessage(
    tenantId: string,
    messageName: string,
  ): Promise<{ definition: DefinitionRecord; startEventId: string }[]>;
  /** Instances not ended, oldest first, at most `limit`, and how many there are. */
  abstract activeInstances(
    id: number,
    limit: number,
  ): Promise<{
    total: number;
    instances: { guid: string; businessKey: string | null; status: string; currentActivityId: string | null; startedAt: Date }[];
  }>;
  /** Deletes the definition with its ended instances and their history (not their audit); refuses while any instance is active. */
  abstract delete(
    tenantId: string,
    id: number,
    audit: (deletedInstances: number) => AuditEntry,
    underClaim: ClaimedKey | null,
  ): Promise<Deletion>;
}
