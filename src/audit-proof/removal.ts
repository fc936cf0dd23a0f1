import type { AuditRemoval, RemovedRun } from '../contract/audit-checkpoint.js';
import type { AuditKey, TrustedKeys } from './audit-key.js';
import { canonicalText } from './digest.js';

/** A removal without its signature. */
export type SaidRemoval = Omit<AuditRemoval, 'keyId' | 'publicKey' | 'signature'>;

/** Signs what was said. */
export function signRemoval(key: AuditKey, said: SaidRemoval): AuditRemoval {
  return { ...said, ...key.sign(textOf({ ...said, keyId: key.keyId })) };
}

/** Whether a trusted key has signed it as it is. */
export function isSignedRemoval(removal: AuditRemoval, trusted: TrustedKeys): boolean {
  return trusted.have(textOf(removal), removal);
}

function textOf(said: SaidRemoval & { readonly keyId: string }): string {
  const { tenantId, from, upTo, entries, runs, at, keyId } = said;
  const places = runs.flatMap(({ fromSeal, fromPlace, toSeal, toPlace }) => [fromSeal, fromPlace, toSeal, toPlace]);
  return canonicalText('reprise-audit-removal-1', [tenantId, from, upTo, entries, places.join(), at, keyId]);
}

const TEXTS = ['tenantId', 'from', 'upTo', 'at', 'keyId', 'publicKey', 'signature'] as const;
const PLACES = ['fromSeal', 'fromPlace', 'toSeal', 'toPlace'] as const;

/** A removal from outside; null where the value has not its shape. */
export function removalOf(value: unknown): AuditRemoval | null {
  if (typeof value !== 'object' || value === null) return null;
  const given = value as Readonly<Record<string, unknown>>;
  const { runs } = given;
  const isWhole =
    TEXTS.every((name) => typeof given[name] === 'string') &&
    Number.isSafeInteger(given['entries']) &&
    Array.isArray(runs) &&
    runs.every(isRun);
  return isWhole ? (value as AuditRemoval) : null;
}

function isRun(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return PLACES.every((name) => Number.isSafeInteger((value as Readonly<Record<string, unknown>>)[name]));
}

/** Which entries are stated to be removed. Places are asked for in the order of the chain. */
export class RemovedPlaces {
  private readonly runs: readonly RemovedRun[];
  private next = 0;

  constructor(removals: readonly AuditRemoval[]) {
    this.runs = removals.flatMap(({ runs }) => runs).sort((a, b) => a.toSeal - b.toSeal || a.toPlace - b.toPlace);
  }

  /** Whether the entry at this place (from 0) of this seal is. */
  has(seal: number, place: number): boolean {
    let run = this.runs[this.next];
    while (run && isBefore(run.toSeal, run.toPlace, seal, place)) run = this.runs[++this.next];
    return run !== undefined && !isBefore(seal, place, run.fromSeal, run.fromPlace);
  }
}

function isBefore(seal: number, place: number, otherSeal: number, otherPlace: number): boolean {
  return seal < otherSeal || (seal === otherSeal && place < otherPlace);
}
