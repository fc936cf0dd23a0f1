import { isUtf8 } from 'node:buffer';
import { describeJsonError, findUnsafeNumber } from '../../contract/json-rules.js';
import { actionName, allRequests, findRequest, type RegisteredRequest } from '../../application/requests/api-request.js';
import type { FieldError } from '../../contract/answer.js';
import { ApiFailure, invalidRequest } from '../api-failure.js';

/** A request as its envelope names it; `data` is not looked into yet. */
export interface NamedRequest {
  readonly spec: RegisteredRequest;
  readonly data: Record<string, unknown>;
}

/** The body could not be read as a command: what it seemed to be, for the audit. */
export class UnreadableCommand extends ApiFailure {
  constructor(
    readonly command: string | null,
    errors: readonly FieldError[],
  ) {
    const { httpStatus, answer } = invalidRequest(errors);
    super(httpStatus, answer);
  }
}

/** Reads `{ cmd, data }` from the bytes of a body; undefined where there is none. @throws UnreadableCommand */
export function readCommand(bytes: unknown): NamedRequest {
  const body = parse(textOf(bytes));
  const name = body['cmd'];
  if (typeof name !== 'string' || name.trim() === '') {
    throw new UnreadableCommand(null, [
      {
        field: 'cmd',
        code: 'required',
        message: `cmd must name the command, but is ${name === undefined ? 'missing' : name === '' ? 'empty' : `a ${typeof name}`}`,
      },
    ]);
  }
  const spec = findRequest(name.trim());
  if (!spec) throw new UnreadableCommand(name, [{ field: 'cmd', code: 'unknown', message: unknownMessage(name) }]);
  const data = body['data'] ?? {};
  if (typeof data !== 'object' || Array.isArray(data)) {
    throw new UnreadableCommand(spec.name, [
      {
        field: 'data',
        code: 'type',
        message: `data must be a JSON object, but is ${Array.isArray(data) ? 'an array' : `a ${typeof data}`}`,
      },
    ]);
  }
  return { spec, data: data as Record<string, unknown> };
}

/** Other encodings would be altered silently by being read as this one. */
function textOf(bytes: unknown): string {
  if (!Buffer.isBuffer(bytes)) return '';
  if (isUtf8(bytes)) return bytes.toString('utf8');
  throw new UnreadableCommand(null, [{ field: '', code: 'text', message: 'Expected the body to be UTF-8, but it is not' }]);
}

function parse(text: string): Record<string, unknown> {
  if (text.trim() === '') {
    throw new UnreadableCommand(null, [
      { field: '', code: 'required', message: 'Expected a JSON body { "cmd": "<Name>", "data": { ... } }, but it is empty' },
    ]);
  }
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    throw new UnreadableCommand(null, [
      {
        field: '',
        code: 'json',
        message: `Expected a JSON body, but: ${describeJsonError(error)}`,
      },
    ]);
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new UnreadableCommand(null, [
      { field: '', code: 'type', message: 'Expected the body to be a JSON object { "cmd": "<Name>", "data": { ... } }' },
    ]);
  }
  const unsafe = findUnsafeNumber(text);
  if (unsafe !== null) {
    throw new UnreadableCommand(null, [
      {
        field: '',
        code: 'number',
        message: `The body holds the number ${unsafe}, which cannot be kept exactly; send it as text`,
      },
    ]);
  }
  // Other generations of clients write Cmd and Data.
  return Object.fromEntries(Object.entries(body).map(([key, value]) => [key.toLowerCase(), value as unknown]));
}

function unknownMessage(name: string): string {
  const wanted = actionName(name).toLowerCase();
  const nearest = allRequests()
    .map((request) => ({ name: request.name, distance: distanceOf(wanted, actionName(request.name).toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)[0];
  const hint =
    nearest && nearest.distance <= Math.max(3, wanted.length / 3)
      ? ` Did you mean ${nearest.name}?`
      : ' GET /api/openapi.json lists all.';
  return `There is no command '${name.slice(0, 100)}'.${hint}`;
}

/** Levenshtein's distance, of texts that are cut to a bounded length. */
function distanceOf(left: string, right: string): number {
  const a = left.slice(0, 64);
  const b = right.slice(0, 64);
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
