import type { ReadableStream } from 'node:stream/web';
import type { JsonObject } from './json.js';
import { RepriseError } from './reprise-error.js';
import { retryCalls, TryAgain } from './retry-calls.js';
import { headersOf, readAnswer, retriesOf, unreachable, type CallOptions, type ClientOptions } from './send-command.js';

/** A read whose answer is not the envelope: an export of the audit trail, a model. */
export interface Download {
  /** `/api/core/audit`. */
  readonly path: string;
  /** The media type that is wanted: `text/csv`. */
  readonly accept: string;
  /** The fields of the request; a list is given once for each of its items. */
  readonly query?: JsonObject;
}

/**
 * The bytes as they come, at constant memory. Repeated as a query is until the first of them is there, and not after: a connection
 * that breaks later makes the stream fail.
 * @throws RepriseError where the server refuses or is not reached
 */
export async function download(
  client: ClientOptions,
  { path, accept, query = {} }: Download,
  options: CallOptions = {},
): Promise<ReadableStream<Uint8Array>> {
  const url = new URL(path, client.baseUrl);
  for (const [name, value] of Object.entries(query))
    for (const each of Array.isArray(value) ? (value as unknown[]) : [value])
      if (each !== undefined) url.searchParams.append(name, String(each));
  const attempt = async (): Promise<ReadableStream<Uint8Array>> => {
    const headers = { accept, ...(await headersOf(client, options)) };
    let response: Response;
    try {
      response = await fetch(url, { headers, ...(options.signal && { signal: options.signal }) });
    } catch (error) {
      options.signal?.throwIfAborted();
      throw new TryAgain(unreachable(url, error), null);
    }
    if (response.ok && response.body && (response.headers.get('content-type') ?? '').startsWith(accept)) return response.body;
    readAnswer(response, await response.text());
    throw new RepriseError(`Expected ${accept} at ${path}, but got an answer in the envelope`, { statusCode: 'NOT_UNDERSTOOD' });
  };
  return retryCalls(attempt, retriesOf(client, options));
}
