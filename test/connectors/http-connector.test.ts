import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { answerJson, MAX_BYTES, RealService, type Answering } from './real-service.js';
import { taskAttempt } from './task-attempt.js';

const service = new RealService(true);
beforeAll(() => service.open());
beforeEach(() => service.reset());
afterAll(() => service.close());

describe('an HTTP task', () => {
  it('completes by any 2xx with the parsed body', async () => {
    service.answering = (_request, response) => answerJson(response, 201, { score: 720 });

    expect(await service.call()).toEqual({ kind: 'completed', result: { score: 720 } });
  });

  it('sends the keys that let a receiver recognise it, the same for every attempt', async () => {
    await service.call({}, { attempt: 1 });
    await service.call({}, { attempt: 2 });

    expect(service.asked.map(({ headers }) => [headers['idempotency-key'], headers['x-correlation-id']])).toEqual([
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
    service.answering = (_request, response) =>
      body === null ? response.writeHead(status).end() : answerJson(response, status, body);

    expect(await service.call()).toMatchObject({ kind: 'failed', code: `HTTP_${status}`, message });
  });

  it('does not follow a redirect', async () => {
    service.answering = (_request, response) => response.writeHead(307, { location: `${service.base}/elsewhere` }).end();

    expect(await service.call()).toMatchObject({ kind: 'failed', code: 'HTTP_307' });
    expect(service.asked.map(({ url }) => url)).toEqual(['/score']);
  });

  it.each<[string, Answering]>([
    ['before its headers', () => undefined],
    ['in the middle of its body', (_request, response) => void response.writeHead(200).write('{"a":')],
    ['with a body that never ends', (_request, response) => drip(response)],
  ])('fails by a time-out where the answer stops %s', async (_title, answer) => {
    service.answering = answer;

    const outcome = await service.call({}, { timeoutMs: 150 });

    expect(outcome).toMatchObject({
      kind: 'failed',
      code: 'TIMEOUT',
      message: expect.stringMatching(/^Request timeout after 150 ms/) as string,
    });
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    service.answering = () => stop.abort();

    const outcome = await service.connector.execute(
      taskAttempt({ config: { endpoint: `${service.base}/score`, method: 'GET' } }),
      stop.signal,
    );

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
    service.answering = answer;

    expect(await service.call()).toMatchObject({
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
    service.answering = answer;

    expect(await service.call()).toMatchObject({ kind: 'failed', code });
  });

  it('says that a connection was refused, and where', async () => {
    const closed = createServer();
    await new Promise<void>((done) => closed.listen(0, '127.0.0.1', done));
    const endpoint = `http://127.0.0.1:${(closed.address() as AddressInfo).port}/score?key=secret`;
    await new Promise((done) => closed.close(done));

    const outcome = await service.call({ endpoint });

    expect(outcome).toMatchObject({
      kind: 'failed',
      code: 'CONNECTION_REFUSED',
      message: expect.stringMatching(/^Connection refused: service unavailable/) as string,
    });
    expect(JSON.stringify(outcome)).not.toContain('secret');
  });

  it('says that a host is not found', async () => {
    const outcome = await service.call({ endpoint: 'http://nowhere.invalid/' });

    expect(outcome).toMatchObject({ kind: 'failed', code: 'HOST_NOT_FOUND' });
  });

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
  ])('unpacks an answer in %s', async (encoding, pack) => {
    service.answering = (_request, response) =>
      response.writeHead(200, { 'content-encoding': encoding, 'content-type': 'application/json' }).end(pack('{"a":1}'));

    expect(await service.call()).toEqual({ kind: 'completed', result: { a: 1 } });
  });

  it('unpacks the words of a failure too', async () => {
    service.answering = (_request, response) =>
      response.writeHead(503, { 'content-encoding': 'gzip' }).end(gzipSync('{"message":"Down"}'));

    expect(await service.call()).toMatchObject({ code: 'HTTP_503', message: 'Down - 503 Service Unavailable' });
  });

  it.each([
    ['of an unknown kind', 'snappy'],
    ['that is broken', 'gzip'],
  ])('refuses a packed answer %s', async (_title, encoding) => {
    service.answering = (_request, response) => response.writeHead(200, { 'content-encoding': encoding }).end('{"a":1}');

    expect(await service.call()).toMatchObject({ kind: 'failed', code: 'RESPONSE_UNREADABLE' });
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
    service.answering = (_request, response) => response.writeHead(200, { 'content-type': type }).end(body);

    expect(await service.call()).toEqual({ kind: 'completed', result });
  });

  it('reads the character set that the answer names', async () => {
    service.answering = (_request, response) =>
      response.writeHead(200, { 'content-type': 'text/plain; charset=iso-8859-1' }).end(Buffer.from('Zürich', 'latin1'));

    expect(await service.call()).toEqual({ kind: 'completed', result: 'Zürich' });
  });

  it('takes bytes that are no UTF-8 as replacement characters', async () => {
    service.answering = (_request, response) => response.writeHead(200).end(Buffer.from([0x61, 0xff, 0x62]));

    expect(await service.call()).toEqual({ kind: 'completed', result: 'a\uFFFDb' });
  });

  it('depends on the origin that it calls, unless no host can have such a name', () => {
    const circuitOf = (endpoint: string): string | null => service.connector.circuitOf(taskAttempt({ config: { endpoint } }));

    expect(circuitOf('https://bureau.example:8443/score?of=x')).toBe('https://bureau.example:8443');
    expect(circuitOf('HTTPS://Bureau.example:443/')).toBe('https://bureau.example');
    expect(circuitOf(`https://${'a'.repeat(63)}.example/`)).toBe(`https://${'a'.repeat(63)}.example`);
    expect(circuitOf(`https://${'a'.repeat(9_000)}.example/`)).toBeNull();
    expect(circuitOf('nonsense')).toBeNull();
  });

  it('keeps only the beginning of a long failure', async () => {
    service.answering = (_request, response) => answerJson(response, 500, { stack: 'x'.repeat(50_000) });

    const outcome = await service.call();

    expect(JSON.stringify(outcome).length).toBeLessThan(3_000);
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
