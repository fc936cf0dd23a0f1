import { Injectable } from '@nestjs/common';
import { variablePath, type JsonObject, type JsonValue } from '../engine/index.js';
import { InstanceHistory, type OmittedValue, type RecordedWrite, type WritesSince } from './ports/instance-history.js';
import type { LiveInstance } from './session/live-instance.js';

/** Variables as they were, and those of them whose values were too large to be kept. */
export interface PastVariables {
  readonly variables: JsonObject;
  readonly omitted: readonly ({ readonly name: string } & OmittedValue)[];
}

/** One variable before and after a write; a side that was too large to be kept is null, with its size and hash beside it. */
export interface RecordedChange {
  readonly path: string;
  readonly before: JsonValue;
  readonly after: JsonValue;
  readonly omittedBefore?: OmittedValue;
  readonly omittedAfter?: OmittedValue;
}

/** What variables were, from what they are: each write since then says what it found. */
@Injectable()
export class VariablesPast {
  constructor(private readonly history: InstanceHistory) {}

  /** Those of the instance, which must have been read as it is stored, before the writes since then. */
  async before({ header, state }: LiveInstance, since: WritesSince): Promise<PastVariables> {
    const visits = { id: header.id, startedAt: state.startedAt };
    const variables = new Map(Object.entries(state.variables));
    const omitted = new Map<string, OmittedValue>();
    const seen = new Set<string>();
    for await (const writes of this.history.writesSince(visits, since, state.version))
      for (const write of writes)
        for (const name of namesOf(write)) {
          if (seen.has(name)) continue;
          seen.add(name);
          const was = valueOf(write.before, name);
          const large = omittedOf(write, 'before', name);
          if (was === undefined) variables.delete(name);
          else variables.set(name, was);
          if (large) omitted.set(name, large);
        }
    return { variables: Object.fromEntries(variables), omitted: [...omitted].map(([name, value]) => ({ name, ...value })) };
  }
}

/** What a write changed. */
export function recordedChanges(write: RecordedWrite): RecordedChange[] {
  return namesOf(write).map((name) => {
    const omittedBefore = omittedOf(write, 'before', name);
    const omittedAfter = omittedOf(write, 'after', name);
    return {
      path: variablePath(name),
      before: valueOf(write.before, name) ?? null,
      after: valueOf(write.after, name) ?? null,
      ...(omittedBefore && { omittedBefore }),
      ...(omittedAfter && { omittedAfter }),
    };
  });
}

function namesOf({ before, after, omitted }: RecordedWrite): string[] {
  const sides = [after, before, omitted?.after, omitted?.before];
  return [...new Set(sides.flatMap((side) => Object.keys(side ?? {})))];
}

function valueOf(side: JsonObject | null, name: string): JsonValue | undefined {
  return side !== null && Object.hasOwn(side, name) ? side[name] : undefined;
}

function omittedOf({ omitted }: RecordedWrite, side: 'before' | 'after', name: string): OmittedValue | undefined {
  return omitted !== null && Object.hasOwn(omitted[side], name) ? omitted[side][name] : undefined;
}
