/** Other names of the definition's id. */
export const DEFINITION_ALIASES = { processDefinitionId: 'id', definitionId: 'id' } as const;

/** Longest model, in characters (CONTRACT section 8; the body limit usually comes first). */
export const MODEL_LENGTH = 10 * 1024 * 1024;
