/** The task types of the benchmark's models, given to the server by `REPRISE_HANDLERS`. */
export default {
  'bench:nothing': () => null,
  /** @param {{ variables: Record<string, unknown> }} attempt */
  'bench:fail-unless-ok': ({ variables }) => {
    if (variables['ok'] !== true) throw new Error("Expected the variable 'ok' to be true");
    return null;
  },
};
