/** Any value that JSON can carry. `undefined` is never stored. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** A JSON object: variables, results, payloads. */
export type JsonObject = { readonly [key: string]: JsonValue };
