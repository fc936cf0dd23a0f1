import type { AuditEntry } from '../../contract/audit-entry.js';
import type { JsonObject, VariableCause } from '../../engine/index.js';
import type { AttemptRecord, EndedActivity, VisitsOf } from './readers.js';

/** A value that is too large to be recorded: the size of its JSON text, and that text's SHA-256 (hex). */
export interface OmittedValue {
  readonly bytes: number;
  readonly sha256: string;
}

/** What a visit was given by its input mapping. */
export interface RecordedInput {
  readonly values: JsonObject;
  readonly omitted?: Readonly<Record<string, OmittedValue>>;
}

/** A visit that has ended, as history has it. */
export interface RecordedVisit extends EndedActivity {
  /** The step in which it ended. */
  readonly version: number;
  /** Null: it saw the variables as they were, or it is older than the record of inputs. */
  readonly input: RecordedInput | null;
}

/** An attempt that has ended otherwise than by succeeding at once. */
export interface RecordedAttempt extends AttemptRecord {
  readonly input: RecordedInput | null;
}

/** Variables that one cause changed within a step. A name that stands on neither side of the values has been omitted there. */
export interface RecordedWrite {
  readonly version: number;
  readonly elementInstanceId: number | null;
  readonly cause: VariableCause;
  readonly before: JsonObject | null;
  readonly after: JsonObject | null;
  readonly omitted: {
    readonly before: Readonly<Record<string, OmittedValue>>;
    readonly after: Readonly<Record<string, OmittedValue>>;
  } | null;
  readonly at: Date;
}

/** Where a walk through the writes of an instance begins: behind a step, or before a visit was entered. */
export type WritesSince = { readonly version: number } | { readonly visit: number };

/** Some visits of an instance, their elements, and an instant (epoch ms) at which none of them had been entered. */
export interface VisitsSince {
  readonly elementInstanceIds: readonly number[];
  readonly elementIds: readonly string[];
  readonly since: number;
}

/** What has been of an instance; on the pool of people's queries, with its time-out. */
export abstract class InstanceHistory {
  /** False: the instance began before variables were recorded. */
  abstract isRecorded(instanceId: number): Promise<boolean>;
  /** Ended visits with sequence > after, in order; of one element where `elementId` is not null. */
  abstract endedVisits(instance: VisitsOf, after: number, limit: number, elementId: string | null): Promise<RecordedVisit[]>;
  /** Of these visits, in the order in which they ended. */
  abstract attemptsOf(instanceId: number, elementInstanceIds: readonly number[]): Promise<RecordedAttempt[]>;
  /** Of these visits, in order. */
  abstract writesOf(instance: VisitsOf, elementInstanceIds: readonly number[]): Promise<RecordedWrite[]>;
  /**
   * Those that no visit made while the visits up to `from` had been entered and no more than `to` (null: to the end), in order; at
   * most `limit`.
   */
  abstract instanceWrites(instance: VisitsOf, from: number, to: number | null, limit: number): Promise<RecordedWrite[]>;
  /**
   * Every write since then up to and including a version, in order and in bounded pieces. What variables were before follows
   * from the first that names them.
   */
  abstract writesSince(instance: VisitsOf, since: WritesSince, upTo: number): AsyncIterable<readonly RecordedWrite[]>;
  /** For each of these visits, in ascending order, the step in which it was entered; those of which it is not known are missing. */
  abstract enteredVersions(instance: VisitsOf, elementInstanceIds: readonly number[]): Promise<Map<number, number>>;
  /** The newest step at or before this instant (epoch ms) that ended a visit or wrote variables; 1 where none did. */
  abstract versionAt(instance: VisitsOf, at: number): Promise<number>;
  /** When a step was done (epoch ms), by what it left; null: nothing that says it. */
  abstract timeOf(instance: VisitsOf, version: number): Promise<number | null>;
  /** Visits that had been entered by the end of a step. */
  abstract enteredBy(instance: VisitsOf, version: number): Promise<number>;
  /** Ids of the elements whose visits had ended by a step, in the order in which they ended. */
  abstract trailAt(instance: VisitsOf, version: number): Promise<{ completed: string[]; skipped: string[] }>;
  /** Visits that had been entered by then and ended in a later step, in order. */
  abstract endedLater(instance: VisitsOf, version: number, entered: number): Promise<RecordedVisit[]>;
  /** Whether a failure that was open at the end of a step, or opened in it, was not settled at that instant (epoch ms). */
  abstract hadIncident(instanceId: number, version: number, at: number): Promise<boolean>;
  /** The newest visit of an element, open ones aside; null: it was never visited. */
  abstract lastVisit(instance: VisitsOf, elementId: string): Promise<number | null>;
  /** People's commands about these visits, oldest first; at most 1,000. */
  abstract commandsOn(target: { readonly tenantId: string; readonly guid: string }, visits: VisitsSince): Promise<AuditEntry[]>;
  /** Guids of the instances that were begun again from it, oldest first; at most 100. */
  abstract restartsOf(instanceId: number): Promise<string[]>;
}
