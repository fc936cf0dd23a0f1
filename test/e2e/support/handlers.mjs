// Handlers of the tests' own, loaded as a user's are: by REPRISE_HANDLERS.
export default {
  /** @param {{ variables: Record<string, unknown>, config: unknown, attempt: number }} attempt */
  payOut: ({ variables, config, attempt }) => ({ paid: variables.amount, purpose: variables.purpose ?? null, config, attempt }),
};
