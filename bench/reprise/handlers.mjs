/** The task types of the benchmark's models, given to the server by `REPRISE_HANDLERS`. */
export default {
  'bench:nothing': () => null,
  /** @param {{ variables: Record<string, unknown> }} attempt */
  'bench:fail-unless-ok': ({ variables }) => {
    if (variables['ok'] !== true) throw new Error("Expected the variable 'ok' to be true");
    return null;
  },
  /** @param {{ attempt: number }} attempt */
  'bench:fail-first': ({ attempt }) => failBefore(2, attempt),
  /** @param {{ attempt: number }} attempt */
  'bench:fail-ten': ({ attempt }) => failBefore(11, attempt),
};

/**
 * @param {number} good The first attempt that succeeds.
 * @param {number} attempt
 */
function failBefore(good, attempt) {
  if (attempt < good) throw new Error(`Expected a later attempt than ${attempt}`);
  return null;
}
