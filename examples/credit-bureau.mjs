// A small credit bureau that answers 503 until it is told otherwise. Alone: node examples/credit-bureau.mjs [port]
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';

/**
 * - `GET /score/<customer>`, `POST /verify`, `POST /payments/<id>`: what the example processes call; 503 while it is down
 * - `POST /up`, `POST /down`: tells it otherwise
 * @param {{ port?: number, up?: boolean }} [options]
 * @returns {Promise<{ url: string, calls: { path: string, idempotencyKey: string | undefined }[], setUp(up: boolean): void, close(): Promise<void> }>}
 */
export async function startCreditBureau({ port = 0, up = false } = {}) {
  let isUp = up;
  /** @type {{ path: string, idempotencyKey: string | undefined }[]} */
  const calls = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    request.resume();
    if (request.method === 'POST' && (path === '/up' || path === '/down')) {
      isUp = path === '/up';
      return answer(response, 200, { up: isUp });
    }
    calls.push({ path, idempotencyKey: /** @type {string | undefined} */ (request.headers['idempotency-key']) });
    if (!isUp) return answer(response, 503, { message: 'Credit bureau API still unavailable' });
    if (path.startsWith('/score/')) return answer(response, 200, { customerId: path.slice('/score/'.length), score: 720 });
    if (path.startsWith('/payments/'))
      return answer(response, 200, { paymentId: path.slice('/payments/'.length), accepted: true });
    return answer(response, 200, { verified: true });
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(undefined)));
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${address.port}`,
    calls,
    setUp: (value) => (isUp = value),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** @param {import('node:http').ServerResponse} response @param {number} status @param {object} body */
function answer(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const bureau = await startCreditBureau({ port: Number(process.argv[2] ?? 4010) });
  process.stdout.write(`The credit bureau answers 503 at ${bureau.url}. Tell it otherwise: curl -X POST ${bureau.url}/up\n`);
}
