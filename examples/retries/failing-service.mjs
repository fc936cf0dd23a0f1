import { createServer } from 'node:http';

/**
 * A service that fails: what it answers to its n-th call is `answer(n, path)`, a status. 2xx comes with a token, so that it can be
 * asked for one.
 * @param {(call: number, path: string) => number} answer
 * @returns {Promise<{ url: string, close(): void }>}
 */
export async function startFailingService(answer) {
  let calls = 0;
  const server = createServer((request, response) => {
    request.resume();
    const status = answer(++calls, request.url ?? '/');
    const body = status < 300 ? { token: 'a new one' } : { message: 'The service is unavailable' };
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${port}`, close };
}
