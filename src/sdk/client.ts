import { download, type Download } from './download.js';
import type { JsonObject } from './json.js';
import type { Requests } from './requests.js';
import { sendCommand, type CallOptions, type ClientOptions } from './send-command.js';
import { REQUESTS } from './sent-requests.js';

export { idempotencyKey } from './idempotency-key.js';
export { RepriseError } from './reprise-error.js';
export type { ActivatedJob } from '../contract/activated-job.js';
export type { AuditCheckpoint } from '../contract/audit-checkpoint.js';
export type { AuditEntry } from '../contract/audit-entry.js';
export type * from './answers.js';
export type { Download } from './download.js';
export type { JsonObject } from './json.js';
export type { Requests } from './requests.js';
export type { CallOptions, ClientOptions } from './send-command.js';

/** A method for every command and query. @throws RepriseError where the server does not do it */
export type RepriseClient = {
  readonly [Method in keyof Requests]: (
    ...call: Partial<Requests[Method]['request']> extends Requests[Method]['request']
      ? [data?: Requests[Method]['request'], options?: CallOptions]
      : [data: Requests[Method]['request'], options?: CallOptions]
  ) => Promise<Requests[Method]['answer']>;
} & {
  /** The same for a command that this client does not know: of a newer server, or of one's own. */
  readonly send: (cmd: string, data?: JsonObject, options?: CallOptions) => Promise<unknown>;
  /** A read whose answer is not the envelope, as it comes. */
  readonly download: (wanted: Download, options?: CallOptions) => Promise<ReadableStream<Uint8Array>>;
};

/** A client of one server. It holds no connection of its own: there is nothing to close. */
export function createClient(client: ClientOptions): RepriseClient {
  const methods = Object.entries(REQUESTS).map(([method, request]) => [
    method,
    (data: JsonObject = {}, options?: CallOptions) => sendCommand(client, request, data, options),
  ]);
  const send = (cmd: string, data: JsonObject = {}, options?: CallOptions): Promise<unknown> =>
    sendCommand(client, { cmd, kind: 'command' }, data, options);
  const bytes = (wanted: Download, options?: CallOptions): Promise<ReadableStream<Uint8Array>> =>
    download(client, wanted, options);
  return { ...Object.fromEntries(methods), send, download: bytes } as RepriseClient;
}
