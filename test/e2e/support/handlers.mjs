// Handlers of the tests' own, loaded as a user's are: by REPRISE_HANDLERS.
export default {
  /** @param {{ variables: Record<string, unknown>, config: unknown, attempt: number }} attempt */
  payOut: ({ variables, config, attempt }) => ({ paid: variables.amount, purpose: variables.purpose ?? null, config, attempt }),

  /** Takes its server with it, unless the variable `tame` is true. @param {{ variables: Record<string, unknown> }} attempt */
  endServer: ({ variables }) => {
    if (variables.tame !== true) process.exit(1);
    return 'tame';
  },
};
