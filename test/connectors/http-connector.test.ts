import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { AttemptOutcome, TaskAttempt } from '../../src/connectors/connector.js';
import { HttpConnector } from '../../src/connectors/http/http-connector.js';
import type { JsonObject } from '../../src/engine/index.js';
import { taskAttempt } from './task-attempt.js';

const MAX_BYTES = 100_000;
type Answering = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** A service that really answers as each test says. */
let answering: Answering;
let base: string;
const asked: { method?: string; url?: string; headers: IncomingMessage['headers']; body: string }[] = [];
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks).toString();
    const { method = '', url = '', headers } = request;
    asked.push({ method, url, headers, body });
    answering(request, response, body);
  });
});
const connector = new HttpConnector({ allowPrivate: true, maxResponseBytes: MAX_BYTES });
const fenced = new HttpConnector({ allowPrivate: false, maxResponseBytes: MAX_BYTES });

beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  asked.length = 0;
  answering = (_request, response) => json(response, 200, { ok: true });
});
afterAll(async () => {
  await Promise.all([connector.close(), fenced.close()]);
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function call(config: JsonObject = {}, more: Partial<TaskAttempt> = {}, by = connector): Promise<AttemptOutcome> {
  const attempt = taskAttempt({ config: { dialect: 'banklingo', endpoint: `${base}/score`, method: 'GET', ...config }, ...more });
  return by.execute(attempt, new AbortController().signal);
}

describe('an HTTP task', () => {
  it('completes by any 2xx with the parsed body', async () => {
    answering = (_request, response) => json(response, 201, { score: 720 });

    expect(await call()).toEqual({ kind: 'completed', result: { score: 720 } });
  });

  it('sends the keys that let a receiver recognise it, the same for every attempt', async () => {
    await call({}, { attempt: 1 });
    await call({}, { attempt: 2 });

    expect(asked.map(({ headers }) => [headers['idempotency-key'], headers['x-correlation-id']])).toEqual([
      ['guid-1:7', 'corr-1'],
      ['guid-1:7', 'corr-1'],
    ]);
  });

  it.each([
    [503, { message: 'Bureau is down' }, 'Bureau is down - 503 Service Unavailable'],
    [503, null, 'Check credit failed - 503 Service Unavailable'],
    [404, { error: { message: 'No such customer' } }, 'No such customer - 404 Not Found'],
    [302, { message: 'Elsewhere' }, 'Elsewhere - 302 Found'],
    [599, {}, 'Check credit failed - 599 Unknown'],
  ])('fails by %i, in the words of the service, with the status at the end', async (status, body, message) => {
    answering = (_request, response) => (body === null ? response.writeHead(status).end() : json(response, status, body));

    expect(await call()).toMatchObject({ kind: 'failed', code: `HTTP_${status}`, message });
  });

  it('does not follow a redirect', async () => {
    answering = (_request, response) => response.writeHead(307, { location: `${base}/elsewhere` }).end();

    expect(await call()).toMatchObject({ kind: 'failed', code: 'HTTP_307' });
    expect(asked.map(({ url }) => url)).toEqual(['/score']);
  });

  it.each<[string, Answering]>([
    ['before its headers', () => undefined],
    ['in the middle of its body', (_request, response) => void response.writeHead(200).write('{"a":')],
    ['with a body that never ends', (_request, response) => drip(response)],
  ])('fails by a time-out where the answer stops %s', async (_title, answer) => {
    answering = answer;

    const outcome = await call({}, { timeoutMs: 150 });

    expect(outcome).toMatchObject({
      kind: 'failed',
      code: 'TIMEOUT',
      message: expect.stringMatching(/^Request timeout after 150 ms/) as string,
    });
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    answering = () => stop.abort();

    const outcome = await connector.execute(taskAttempt({ config: { endpoint: `${base}/score`, method: 'GET' } }), stop.signal);

    expect(outcome).toMatchObject({ kind: 'failed', code: 'ABORTED' });
  });

  it.each<[string, Answering]>([
    ['plain', (_request, response) => void response.writeHead(200).end('x'.repeat(MAX_BYTES + 1))],
    ['endless and fast', (_request, response) => pour(response)],
    [
      'packed into little',
      (_request, response) =>
        void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(50_000_000))),
    ],
  ])('refuses an answer beyond its limit: %s', async (_title, answer) => {
    answering = answer;

    expect(await call()).toMatchObject({
      kind: 'failed',
      code: 'RESPONSE_TOO_LARGE',
      message: expect.stringContaining(String(MAX_BYTES)) as string,
    });
  });

  it.each<[string, Answering, string]>([
    ['before an answer', (request) => request.socket.resetAndDestroy(), 'CONNECTION_RESET'],
    [
      'in the middle of an answer',
      (request, response) =>
        response.writeHead(200, { 'content-length': '100' }).write('{', () => request.socket.resetAndDestroy()),
      'CONNECTION_RESET',
    ],
    [
      'by an answer that is too short',
      (request, response) => response.writeHead(200, { 'content-length': '100' }).write('{', () => request.socket.end()),
      'CONNECTION_RESET',
    ],
    ['by something that is no HTTP', (request) => request.socket.end('SMTP ready\r\n\r\n'), 'RESPONSE_UNREADABLE'],
  ])('fails where the connection breaks %s', async (_title, answer, code) => {
    answering = answer;

    expect(await call()).toMatchObject({ kind: 'failed', code });
  });

  it('says that a connection was refused, and where', async () => {
    const closed = createServer();
    await new Promise<void>((done) => closed.listen(0, '127.0.0.1', done));
    const endpoint = `http://127.0.0.1:${(closed.address() as AddressInfo).port}/score?key=secret`;
    await new Promise((done) => closed.close(done));

    const outcome = await call({ endpoint });

    expect(outcome).toMatchObject({
      kind: 'failed',
      code: 'CONNECTION_REFUSED',
      message: expect.stringMatching(/^Connection refused: service unavailable/) as string,
    });
    expect(JSON.stringify(outcome)).not.toContain('secret');
  });

  it('says that a host is not found', async () => {
    const outcome = await call({ endpoint: 'http://nowhere.invalid/' });

    expect(outcome).toMatchObject({ kind: 'failed', code: 'HOST_NOT_FOUND' });
  });

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
  ])('unpacks an answer in %s', async (encoding, pack) => {
    answering = (_request, response) =>
      response.writeHead(200, { 'content-encoding': encoding, 'content-type': 'application/json' }).end(pack('{"a":1}'));

    expect(await call()).toEqual({ kind: 'completed', result: { a: 1 } });
  });

  it('unpacks the words of a failure too', async () => {
    answering = (_request, response) =>
      response.writeHead(503, { 'content-encoding': 'gzip' }).end(gzipSync('{"message":"Down"}'));

    expect(await call()).toMatchObject({ code: 'HTTP_503', message: 'Down - 503 Service Unavailable' });
  });

  it.each([
    ['of an unknown kind', 'snappy'],
    ['that is broken', 'gzip'],
  ])('refuses a packed answer %s', async (_title, encoding) => {
    answering = (_request, response) => response.writeHead(200, { 'content-encoding': encoding }).end('{"a":1}');

    expect(await call()).toMatchObject({ kind: 'failed', code: 'RESPONSE_UNREADABLE' });
  });

  it.each([
    ['text', 'text/plain', 'hello', 'hello'],
    ['JSON that is not labelled so', 'text/plain', '{"a":1}', { a: 1 }],
    ['what only claims to be JSON', 'application/json', '{oops', '{oops'],
    ['nothing', 'application/json', '', null],
    [
      'JSON with a number that would lose digits, as text',
      'application/json',
      '{"id":12345678901234567890}',
      '{"id":12345678901234567890}',
    ],
    ['JSON with a number that would become infinite, as text', 'application/json', '{"id":1e400}', '{"id":1e400}'],
  ])('takes in %s', async (_title, type, body, result) => {
    answering = (_request, response) => response.writeHead(200, { 'content-type': type }).end(body);

    expect(await call()).toEqual({ kind: 'completed', result });
  });

  it('reads the character set that the answer names', async () => {
    answering = (_request, response) =>
      response.writeHead(200, { 'content-type': 'text/plain; charset=iso-8859-1' }).end(Buffer.from('Zürich', 'latin1'));

    expect(await call()).toEqual({ kind: 'completed', result: 'Zürich' });
  });

  it('takes bytes that are no UTF-8 as replacement characters', async () => {
    answering = (_request, response) => response.writeHead(200).end(Buffer.from([0x61, 0xff, 0x62]));

    expect(await call()).toEqual({ kind: 'completed', result: 'a\uFFFDb' });
  });

  it('keeps only the beginning of a long failure', async () => {
    answering = (_request, response) => json(response, 500, { stack: 'x'.repeat(50_000) });

    const outcome = await call();

    expect(JSON.stringify(outcome).length).toBeLessThan(3_000);
  });
});

describe('what BankLingo says', () => {
  const variables = { id: 'a/b c', base: '', customer: { name: 'Zoë "Z"', age: 30 }, list: [1, 2], token: 's3cret' };

  it('is filled into address, headers and payload', async () => {
    const outcome = await call(
      {
        endpoint: '${base}/customers/${id}?age=${customer.age}',
        method: 'POST',
        headers: '{"Authorization": "Bearer ${token}", "X-Name": "${customer.name}"}',
        payloadTemplate:
          '{"name": "${customer.name}", "customer": ${customer}, "list": "${list}", "text": "age ${customer.age}"}',
      },
      { variables: { ...variables, base } },
    );

    expect(outcome.kind).toBe('completed');
    expect(asked[0]).toMatchObject({
      method: 'POST',
      url: '/customers/a%2Fb%20c?age=30',
      headers: { authorization: 'Bearer s3cret' },
    });
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({
      name: 'Zoë "Z"',
      customer: variables.customer,
      list: [1, 2],
      text: 'age 30',
    });
    expect(asked[0]?.headers['content-type']).toBe('application/json');
  });

  it('may not add headers or lines by a variable', async () => {
    for (const headers of ['{"X-Name": "${name}"}', 'X-Name: ${name}'])
      await call({ headers }, { variables: { name: 'a", "X-Evil": "1; X-Evil: 1' } });

    expect(asked.map(({ headers }) => [headers['x-name'], headers['x-evil']])).toEqual([
      ['a", "X-Evil": "1; X-Evil: 1', undefined],
      ['a", "X-Evil": "1; X-Evil: 1', undefined],
    ]);
    expect(await call({ headers: 'X-Name: ${name}' }, { variables: { name: 'a\r\nX-Evil: 1' } })).toMatchObject({
      code: 'INVALID_REQUEST',
    });
  });

  it('reads headers as lines, or one after the other', async () => {
    await call({ headers: 'Accept: text/plain;q=0.5; X-One: 1\nX-Two: ${two}' }, { variables: { two: 2 } });

    expect(asked[0]?.headers).toMatchObject({ accept: 'text/plain;q=0.5', 'x-one': '1', 'x-two': '2' });
  });

  it.each([
    ['a missing part of the address', { endpoint: 'http://h/${nothing}' }],
    ['an address that is none', { endpoint: 'score?key=${token}' }],
    ['an address of another kind', { endpoint: 'file:///etc/passwd?key=${token}' }],
    ['a payload that is no JSON', { endpoint: 'http://h/', method: 'POST', payloadTemplate: '{"a": ${token} oops}' }],
    ['a method that is none', { endpoint: 'http://h/', method: 'FETCH' }],
  ])('fails as an expression, without the values, for %s', async (_title, config) => {
    const outcome = await call(config, { variables });

    expect(outcome).toMatchObject({ kind: 'failed', code: 'EXPRESSION_FAILED' });
    expect(JSON.stringify(outcome)).not.toContain('s3cret');
  });
});

describe('what Camunda 8 says', () => {
  const config = {
    dialect: 'camunda8',
    resultVariable: 'answer',
    resultExpression: '={score: response.body.score}',
    errorExpression: null,
  };
  const local = (more: JsonObject = {}): JsonObject => ({ url: `${base}/score`, method: 'post', ...more });

  it('is sent, and answered in its own shape', async () => {
    answering = (_request, response) => json(response, 200, { score: 7 });

    const outcome = await call(config, {
      local: local({
        headers: { 'X-A': 1 },
        queryParameters: { q: 'a b' },
        body: { x: 1 },
        authentication: { type: 'bearer', token: 'tok' },
      }),
    });

    expect(asked[0]).toMatchObject({
      method: 'POST',
      url: '/score?q=a+b',
      body: '{"x":1}',
      headers: { 'x-a': '1', authorization: 'Bearer tok' },
    });
    expect(outcome).toMatchObject({
      kind: 'completed',
      result: { status: 200, body: { score: 7 } },
      variables: { score: 7, answer: { status: 200, body: { score: 7 } } },
    });
  });

  it.each([
    ['basic', { type: 'basic', username: 'u', password: 'p' }, 'authorization', 'Basic dTpw'],
    ['an API key', { type: 'apiKey', name: 'X-Key', value: 'v' }, 'x-key', 'v'],
  ])('authenticates by %s', async (_title, authentication, header, value) => {
    await call(config, { local: local({ authentication }) });

    expect(asked[0]?.headers[header]).toBe(value);
  });

  it('makes modelled errors by its error expression', async () => {
    answering = (_request, response) => json(response, 404, { message: 'unknown' });
    const errorExpression = '=if error.code = "404" then bpmnError("NOT_FOUND", error.message) else null';

    expect(await call({ ...config, errorExpression }, { local: local() })).toEqual({
      kind: 'bpmn-error',
      code: 'NOT_FOUND',
      message: 'unknown',
    });
  });

  it('fails as an expression where its result expression fails', async () => {
    const outcome = await call({ ...config, resultExpression: '=function(a) a' }, { local: local() });

    expect(outcome).toMatchObject({ kind: 'failed', code: 'EXPRESSION_FAILED' });
  });

  it.each([-1, 'soon'])('refuses a time-out of %p', async (readTimeoutInSeconds) => {
    expect(await call(config, { local: local({ readTimeoutInSeconds }) })).toMatchObject({ code: 'EXPRESSION_FAILED' });
  });

  it('takes a time-out of centuries for a long one', async () => {
    expect(await call(config, { local: local({ readTimeoutInSeconds: 1e12 }) })).toMatchObject({ kind: 'completed' });
  });
});

describe('what Camunda 7 says', () => {
  it('is sent, and written by its output parameters', async () => {
    answering = (_request, response) => json(response, 200, { score: 7 });
    const inputs = { url: '${base}/score/${id}', method: 'PUT', headers: { 'X-Id': '${id}' }, payload: '{"id": "${id}"}' };

    const outcome = await call(
      { dialect: 'camunda7', inputs, outputs: { raw: '${response}', code: '${statusCode}' } },
      { variables: { base, id: 5 } },
    );

    expect(asked[0]).toMatchObject({ method: 'PUT', url: '/score/5', body: '{"id":5}', headers: { 'x-id': '5' } });
    expect(outcome).toEqual({ kind: 'completed', result: { score: 7 }, variables: { raw: '{"score":7}', code: 200 } });
  });
});

describe('the fence', () => {
  it.each([
    ...[
      '127.0.0.1',
      '2130706433',
      '0x7f000001',
      '0177.0.0.1',
      '127.1',
      '10.1.2.3',
      '172.16.0.1',
      '192.168.1.1',
      '169.254.169.254',
      '100.64.0.1',
      '0.0.0.0',
      '255.255.255.255',
    ],
    ...[
      '[::1]',
      '[::]',
      '[::ffff:127.0.0.1]',
      '[::ffff:10.0.0.1]',
      '[::127.0.0.1]',
      '[64:ff9b::7f00:1]',
      '[fd00::1]',
      '[fe80::1]',
      '[fec0::1]',
      '[2002:7f00:1::]',
    ],
    ...['localhost', 'LOCALHOST', 'localhost.', 'ip6-localhost'],
  ])('keeps calls away from %s', async (host) => {
    const port = new URL(base).port;

    const outcome = await call({ endpoint: `http://${host}:${port}/` }, {}, fenced);

    expect(outcome).toMatchObject({
      kind: 'failed',
      code: expect.stringMatching(/^(ADDRESS_FORBIDDEN|HOST_NOT_FOUND)$/) as string,
    });
    expect(asked).toEqual([]);
    if (!/^ip6|[.]$/.test(host))
      expect(outcome).toMatchObject({
        code: 'ADDRESS_FORBIDDEN',
        message: expect.stringContaining('REPRISE_HTTP_ALLOW_PRIVATE') as string,
      });
  });

  it('is asked for each call, placeholders filled in', async () => {
    const outcome = await call({ endpoint: '${base}/x' }, { variables: { base } }, fenced);

    expect(outcome).toMatchObject({ code: 'ADDRESS_FORBIDDEN' });
  });
});

/** A byte now and then, for ever; stops when the caller goes. */
function drip(response: ServerResponse): void {
  response.writeHead(200);
  const timer = setInterval(() => response.write('.'), 20);
  response.on('close', () => clearInterval(timer));
}

/** As fast as the caller reads, for ever; stops when the caller goes. */
function pour(response: ServerResponse): void {
  const chunk = Buffer.alloc(16_384, 0x20);
  const more = (): void => {
    while (!response.destroyed && response.write(chunk));
  };
  response.writeHead(200).on('drain', more);
  more();
}
