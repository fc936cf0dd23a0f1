import type { TrailPosition } from '../../application/ports/trail-tail.js';

/** A position as the `id` of a server-sent event, which clients send back as `Last-Event-ID`. */
export function idOfPosition({ xactId, entryId }: TrailPosition): string {
  return `${xactId}-${entryId}`;
}

/** Null where it is none of ours. Numbers as the database has them: of at most 64 bits. */
export function positionOfId(id: string): TrailPosition | null {
  const [, xactId, entryId] = /^(\d{1,18})-(\d{1,18})$/.exec(id) ?? [];
  return xactId === undefined || entryId === undefined ? null : { xactId, entryId };
}
