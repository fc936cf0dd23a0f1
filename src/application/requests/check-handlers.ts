import type { RegisteredRequest } from './api-request.js';

/** Where @nestjs/cqrs keeps the command that a handler claims; it does not export the name. */
const CLAIM = '__commandHandler__';

type HandlerClass = abstract new (...args: never[]) => object;

/**
 * Every registered request has exactly one handler: @nestjs/cqrs only warns where two claim one, and finds a missing one when
 * it is called.
 * @throws Error that names all faults; the server must not start
 */
export function checkHandlers(handlers: readonly HandlerClass[], requests: readonly RegisteredRequest[]): void {
  const faults: string[] = [];
  const claims = new Map<unknown, string>();
  for (const handler of handlers) {
    const claimed: unknown = Reflect.getMetadata(CLAIM, handler);
    const other = claims.get(claimed);
    if (claimed === undefined) faults.push(`${handler.name} claims no command`);
    else if (other !== undefined) faults.push(`${other} and ${handler.name} claim one command`);
    else claims.set(claimed, handler.name);
  }
  for (const { name, requestClass } of requests) if (!claims.has(requestClass)) faults.push(`${name} has no handler`);
  if (faults.length > 0) throw new Error(`Expected one handler for each command, but ${faults.join('; ')}`);
}
