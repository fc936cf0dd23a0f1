/** Check that the database is as it must be. */
export type CheckInvariantsRequest = Readonly<Record<string, never>>;
