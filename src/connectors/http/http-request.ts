import { ExpressionError, type JsonObject, type JsonValue } from '../../engine/index.js';
import { fillAddress, fillJson, fillText } from '../../expressions/index.js';
import type { TaskAttempt } from '../connector.js';

/** A call as it will be made. */
export interface HttpCall {
  readonly url: URL;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: string | null;
  readonly timeoutMs: number;
}

/** CONTRACT section 11.10. */
const TIMEOUT_MS = 30_000;
const DAY_MS = 86_400_000;
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Reads the call out of the model's settings. @throws ExpressionError when they make no call */
export function readCall(attempt: TaskAttempt): HttpCall {
  switch (attempt.config['dialect']) {
    case 'camunda8':
      return readCamunda8(attempt);
    case 'camunda7':
      return readCamunda7(attempt);
    default:
      return readBankLingo(attempt);
  }
}

function readBankLingo(attempt: TaskAttempt): HttpCall {
  const { config, variables } = attempt;
  const template = config['payloadTemplate'];
  const body = typeof template === 'string' ? fillPayload(template, variables) : null;
  const headers = typeof config['headers'] === 'string' ? readHeaders(config['headers'], variables) : {};
  return build(attempt, {
    url: fillAddress(text(config['endpoint']), variables),
    method: text(config['method'] ?? 'GET'),
    headers: body === null ? headers : { 'content-type': 'application/json', ...headers },
    body,
    timeoutMs: attempt.timeoutMs ?? TIMEOUT_MS,
  });
}

/** `io.camunda:http-json:1`: everything is an input. */
function readCamunda8(attempt: TaskAttempt): HttpCall {
  const inputs = attempt.local ?? {};
  const url = new URL(checkUrl(text(inputs['url'])));
  for (const [name, value] of Object.entries(asObject(inputs['queryParameters']))) url.searchParams.append(name, textOf(value));
  const headers = lowerCased(asObject(inputs['headers']));
  authenticate(asObject(inputs['authentication']), headers, url);
  const body =
    inputs['body'] === undefined || inputs['body'] === null
      ? null
      : typeof inputs['body'] === 'string'
        ? inputs['body']
        : JSON.stringify(inputs['body']);
  return build(attempt, {
    url: url.toString(),
    method: text(inputs['method'] ?? 'GET').toUpperCase(),
    headers: body === null ? headers : { 'content-type': 'application/json', ...headers },
    body,
    timeoutMs: attempt.timeoutMs ?? secondsOf(inputs['connectionTimeoutInSeconds']) + secondsOf(inputs['readTimeoutInSeconds']),
  });
}

function readCamunda7(attempt: TaskAttempt): HttpCall {
  const inputs = asObject(attempt.config['inputs']);
  const { variables } = attempt;
  const payload = inputs['payload'];
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(asObject(inputs['headers'])))
    headers[name.toLowerCase()] = fillText(textOf(value), variables);
  return build(attempt, {
    url: fillAddress(text(inputs['url']), variables),
    method: fillText(text(inputs['method'] ?? 'GET'), variables).toUpperCase(),
    headers,
    body: typeof payload === 'string' && payload !== '' ? fillPayload(payload, variables) : null,
    timeoutMs: attempt.timeoutMs ?? TIMEOUT_MS,
  });
}

function build(attempt: TaskAttempt, call: Omit<HttpCall, 'url'> & { url: string }): HttpCall {
  const method = call.method.toUpperCase();
  if (!METHODS.includes(method))
    throw new ExpressionError(`Expected one of the methods ${METHODS.join(', ')}, but got '${call.method}'`);
  const own = {
    'idempotency-key': attempt.idempotencyKey,
    'x-correlation-id': attempt.correlationId,
    accept: 'application/json, */*;q=0.5',
    'user-agent': 'reprise',
  };
  return { ...call, url: new URL(checkUrl(call.url)), method, headers: { ...own, ...call.headers } };
}

/** Not in the message: what may be secret in an address, its query and its user. */
function checkUrl(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return address;
  const shown = address
    .replace(/[?#].*$/s, '')
    .replace(/\/\/[^/]*@/, '//')
    .slice(0, 200);
  throw new ExpressionError(`Expected an http or https address, but got '${shown}'`);
}

/** Camunda 8's time-outs, in ms: 20 s each unless the model says otherwise; 0 means none, which is a day here. */
function secondsOf(value: JsonValue | undefined): number {
  const seconds = Number(value ?? 20);
  if (!Number.isFinite(seconds) || seconds < 0)
    throw new ExpressionError(`Expected a time-out in seconds, but got ${JSON.stringify(value)}`);
  return seconds === 0 ? DAY_MS : Math.min(Math.ceil(seconds * 1000), DAY_MS);
}

/** A JSON template is filled as JSON; any other text as text. */
function fillPayload(template: string, variables: JsonObject): string {
  return /^\s*[{["$\d]|^\s*(true|false|null)/.test(template)
    ? JSON.stringify(fillJson(template, variables))
    : fillText(template, variables);
}

/** A JSON object, or lines of `Name: value`. Values are filled in one by one, so that none of them can add a header. */
function readHeaders(template: string, variables: JsonObject): Record<string, string> {
  if (/^\s*(?:\{|\$\{[^{}]*\}\s*$)/.test(template)) return lowerCased(asObject(fillJson(template, variables)));
  const lines = template.split(/\n|;(?=\s*[\w-]+\s*:)/).map((line) => line.split(/:(.*)/s));
  const named = lines.filter(([name]) => name?.trim());
  return Object.fromEntries(
    named.map(([name = '', value = '']) => [name.trim().toLowerCase(), fillText(value, variables).trim()]),
  );
}

function authenticate(authentication: JsonObject, headers: Record<string, string>, url: URL): void {
  const { type, username, password, token, name, value, apiKeyLocation } = authentication;
  if (type === 'basic')
    headers['authorization'] = `Basic ${Buffer.from(`${textOf(username ?? '')}:${textOf(password ?? '')}`).toString('base64')}`;
  else if (type === 'bearer') headers['authorization'] = `Bearer ${textOf(token ?? '')}`;
  else if (type === 'apiKey' && apiKeyLocation === 'query') url.searchParams.set(textOf(name ?? ''), textOf(value ?? ''));
  else if (type === 'apiKey') headers[textOf(name ?? '').toLowerCase()] = textOf(value ?? '');
  else if (type !== undefined && type !== 'noAuth')
    throw new ExpressionError(`Expected authentication basic, bearer, apiKey or noAuth, but got '${textOf(type)}'`);
}

function lowerCased(values: JsonObject): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name.toLowerCase(), textOf(value)]));
}

function asObject(value: JsonValue | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

function text(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value;
  throw new ExpressionError(`Expected a text, but got ${JSON.stringify(value ?? null)}`);
}

function textOf(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
