import { Command } from '@nestjs/cqrs';
import type { Answer } from '../../contract/answer.js';
import type { Caller } from '../caller.js';

/** What the endpoint dispatches: validated data and who asks. All commands and queries have this one shape. */
export abstract class ApiRequest<D extends object> extends Command<Answer> {
  constructor(
    readonly data: D,
    readonly caller: Caller,
  ) {
    super();
  }
}

export type RequestClass = new (data: never, caller: Caller) => ApiRequest<object>;
export type DataClass = new () => object;

/** How the endpoint knows a command. */
export interface ApiRequestSpec {
  /** With its suffix, as answers name it: `RetryFailedTaskCommand`. Accepted without it, too. */
  readonly name: string;
  readonly permission: string;
  /** Other names of fields of `data`: alias to name. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Shape of `data`, validated by its decorators. */
  readonly data: DataClass;
  /** For OpenAPI: one sentence. */
  readonly summary: string;
  /** Reads are not audited when refused. */
  readonly kind: 'command' | 'query';
  /** The answer holds a secret that is shown once: it must not be kept for a replay, nor logged. */
  readonly secretAnswer?: true;
  /** Sent again it is done again, and that is what its sender wants: an `Idempotency-Key` is not looked at. */
  readonly doneEachTime?: true;
}

export interface RegisteredRequest extends ApiRequestSpec {
  readonly requestClass: RequestClass;
}

const registry = new Map<string, RegisteredRequest>();

/** Makes a request class known to the endpoint. Two of one name are a bug and stop the start. */
export function ApiCommand(spec: ApiRequestSpec): (target: RequestClass) => void {
  return (requestClass) => {
    const key = requestKey(spec.name);
    if (registry.has(key)) throw new Error(`Expected one request named ${spec.name}, but there are two`);
    registry.set(key, { ...spec, requestClass });
  };
}

/** The request that a client's name means, whatever its suffix and its spelling of "Definition"; null when there is none. */
export function findRequest(name: string): RegisteredRequest | null {
  return registry.get(requestKey(name)) ?? null;
}

export function allRequests(): RegisteredRequest[] {
  return [...registry.values()];
}

/** `RetryFailedTaskCommand` as the audit names it: `RetryFailedTask`. */
export function actionName(name: string): string {
  return name.replace(/(Command|Query)$/, '').replace(/Definitiion/g, 'Definition');
}

function requestKey(name: string): string {
  return actionName(name).toLowerCase();
}
