import type { JsonObject } from '../../engine/index.js';

/** The config of a handler, whatever the dialect: the model's properties and Camunda 8's task headers, as written. */
export function handlerConfig(
  properties: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): JsonObject {
  return { properties: { ...properties }, headers: { ...headers } };
}
