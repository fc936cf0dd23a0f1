/** By whom a statement about the audit trail is signed (Ed25519). */
export interface AuditSignature {
  /** The first 16 hexadecimal digits of SHA-256 over the public key (SubjectPublicKeyInfo, DER). */
  readonly keyId: string;
  /** PEM. Names the key; whether it is to be trusted is for the reader to know. */
  readonly publicKey: string;
  /** Base64. */
  readonly signature: string;
}

/** A signed statement that a tenant's audit chain had this seal at this time: to be kept outside of the database. */
export interface AuditCheckpoint extends AuditSignature {
  readonly tenantId: string;
  readonly sealNo: number;
  /** Of that seal, and through it of all before: SHA-256, hexadecimal. */
  readonly hash: string;
  /** The last entry that the seal holds. */
  readonly lastEntryId: number;
  /** When it was signed; ISO 8601. */
  readonly at: string;
}

/** Entries that are next to each other in the chain: from a place (from 0) in one seal to a place in the same or a later one. */
export interface RemovedRun {
  readonly fromSeal: number;
  readonly fromPlace: number;
  readonly toSeal: number;
  readonly toPlace: number;
}

/** A signed statement that entries had had their time and were removed: just these, their digests stay in their seals. */
export interface AuditRemoval extends AuditSignature {
  readonly tenantId: string;
  /** All of them were written before this instant and, but for what `from` says, not before `from`; ISO 8601. */
  readonly from: string;
  readonly upTo: string;
  readonly entries: number;
  readonly runs: readonly RemovedRun[];
  /** When they were removed; ISO 8601. */
  readonly at: string;
}
