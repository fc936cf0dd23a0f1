/** Epoch ms as a `timestamptz` parameter, exact to the millisecond. Years 1 to 9999. */
export function toTimestamp(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
