import { isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DiscoveryService } from '@nestjs/core';
import { ConnectorRegistry } from '../connectors/connector-registry.js';
import { handledTaskType, type TaskHandlerProvider } from '../connectors/handlers/handles-task.js';
import { HandlerConnector, type TaskHandler } from '../connectors/handlers/task-handler.js';
import type { HttpConnector } from '../connectors/http/http-connector.js';
import type { ScriptConnector } from '../connectors/script/script-connector.js';

/** All connectors of this process: the built-in ones, those of handler modules, and the application's decorated providers. */
export async function gatherConnectors(
  builtIn: readonly (HttpConnector | ScriptConnector)[],
  handlerModules: readonly string[],
  discovery: DiscoveryService,
): Promise<ConnectorRegistry> {
  const registry = new ConnectorRegistry();
  for (const connector of builtIn) registry.register(connector);
  for (const path of handlerModules) {
    for (const [type, handler] of Object.entries(await loadHandlers(path)))
      registry.register(new HandlerConnector(type, handler));
  }
  for (const provider of discovery.getProviders()) {
    const type = provider.metatype ? handledTaskType(provider.metatype) : undefined;
    // The instance is looked up when it is needed: it may not have been made yet.
    if (type !== undefined)
      registry.register(
        new HandlerConnector(type, (attempt, signal) => (provider.instance as TaskHandlerProvider).handle(attempt, signal)),
      );
  }
  return registry;
}

/** @throws Error that names the module when it cannot be loaded or exports something else. */
async function loadHandlers(path: string): Promise<Record<string, TaskHandler>> {
  const file = isAbsolute(path) ? path : resolve(path);
  const loaded = (await import(pathToFileURL(file).href)) as { default?: unknown };
  const handlers = loaded.default;
  if (
    typeof handlers === 'object' &&
    handlers !== null &&
    Object.values(handlers).every((handler) => typeof handler === 'function')
  ) {
    return handlers as Record<string, TaskHandler>;
  }
  throw new Error(`Expected ${file} (REPRISE_HANDLERS) to export by default an object of task types and their handler functions`);
}
