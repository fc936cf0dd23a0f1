/** A bug in the engine, never a user's mistake. The only thing the engine throws. */
class InvariantViolation extends Error {
  override readonly name = 'InvariantViolation';
}

/** @throws InvariantViolation "Expected <what>" when `condition` is null, undefined or false. */
export function expectInvariant(condition: unknown, what: string): asserts condition {
  if (condition === null || condition === undefined || condition === false) throw new InvariantViolation(`Expected ${what}`);
}
