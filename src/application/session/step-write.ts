import { openElements, type Accepted, type InstanceState } from '../../engine/index.js';
import type { AuditEntry } from '../../contract/audit-entry.js';
import { claimOf } from '../caller.js';
import { fingerprintOf } from '../failures/failure-fingerprint.js';
import type { FailureFingerprint } from '../ports/failures.js';
import type { InstanceHeader, StepWrite } from '../ports/instance-store.js';
import { aboutEntry, decisionEntry, doneEntry, type ApplyOptions } from './origin.js';

/** The rows of one accepted step. */
export function buildWrite(
  header: InstanceHeader,
  expectedVersion: number,
  result: Accepted,
  variablesText: string | null,
  options: ApplyOptions,
  entryBase: () => { id: number; at: string },
): StepWrite {
  const { state, report } = result;
  const audit: AuditEntry[] = [];
  if (options.origin) {
    audit.push(doneEntry(entryBase(), options.origin, header, report));
    if (options.alsoAbout) audit.push(aboutEntry(entryBase(), options.origin, options.alsoAbout));
  }
  const failures: FailureFingerprint[] = [];
  for (const effect of result.effects) {
    if (effect.type === 'record-decision')
      audit.push(decisionEntry(entryBase(), header, effect, report.statusBefore, report.statusAfter));
    else if (effect.type === 'open-incident') failures.push(fingerprintOf(header, effect.nodeId, effect.incident));
  }
  return {
    header,
    expectedVersion,
    state,
    variablesText,
    touchedScopes: result.touchedScopes,
    ownerNode: ownerOf(state),
    currentActivityId: openElements(state)[0]?.nodeId ?? null,
    effects: result.effects,
    failures,
    variableWrites: result.variableWrites,
    audit,
    underClaim: options.origin ? claimOf(options.origin.caller) : null,
    consumedMessageId: options.consumedMessageId ?? null,
    consumedCall: options.consumedCall ?? null,
    batchItem: options.batchItem ?? null,
    tellsCaller: header.calledBy !== null && state.endedAt !== null && state.ending?.because !== 'retried',
  };
}

/** The node that runs attempts of the instance; 0 where several do; null where none does. */
function ownerOf(state: InstanceState): number | null {
  let owner: number | null = null;
  for (const element of openElements(state)) {
    if (element.owner === null || element.owner === owner) continue;
    if (owner !== null) return 0;
    owner = element.owner;
  }
  return owner;
}
