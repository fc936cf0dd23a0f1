import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, type GenerateKeyPairResult, type JWK } from 'jose';
import { ApiClient, type WireAnswer } from '../e2e/support/api-client.js';
import { startTestServer, type TestServer } from '../e2e/support/test-server.js';
import { inSeconds, JWT_SECRET, signToken } from './support/jwt.js';

/** A real issuer of tokens that publishes its keys. */
class Issuer {
  keys: JWK[] = [];
  status = 200;
  readonly pairs = new Map<string, GenerateKeyPairResult>();
  private readonly server: Server = createServer((_request, response) => {
    response.writeHead(this.status, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: this.keys }));
  });

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/keys`;
  }

  async start(): Promise<void> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
  }

  async makeKey(kid: string, alg: string): Promise<JWK> {
    const pair = await generateKeyPair(alg, { extractable: true });
    this.pairs.set(kid, pair);
    return { ...(await exportJWK(pair.publicKey)), kid, alg, use: 'sig' };
  }

  sign(kid: string, alg: string, exp = inSeconds(600)): Promise<string> {
    const key = this.pairs.get(kid)?.privateKey;
    if (!key) throw new Error(`Expected a key '${kid}'`);
    return new SignJWT({ sub: 'olga', tenant: 'default', permissions: ['*'], exp }).setProtectedHeader({ alg, kid }).sign(key);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

const issuer = new Issuer();
let server: TestServer;

beforeAll(async () => {
  await issuer.start();
  issuer.keys = [await issuer.makeKey('rsa', 'RS256'), await issuer.makeKey('ec', 'ES256')];
  server = await startTestServer({ REPRISE_JWKS_URL: issuer.url });
});

afterAll(async () => {
  await server?.close();
  await issuer.stop();
});

const ask = (token: string, of = server): Promise<WireAnswer> => new ApiClient(of.url, token).cmd('GetProcessInstanceList');

describe('a token signed with a published key', () => {
  it.each([
    ['rsa', 'RS256'],
    ['ec', 'ES256'],
  ])('%s is accepted', async (kid, alg) => {
    expect(await ask(await issuer.sign(kid, alg))).toMatchObject({ httpStatus: 200 });
  });

  it('is refused when it has expired', async () => {
    expect(await ask(await issuer.sign('rsa', 'RS256', inSeconds(-60)))).toMatchObject({ httpStatus: 401 });
  });

  it('is refused when another key made the signature', async () => {
    await issuer.makeKey('false', 'RS256');
    const [, payload, signature] = (await issuer.sign('false', 'RS256')).split('.');
    const [header] = (await issuer.sign('rsa', 'RS256')).split('.');
    expect(await ask([header, payload, signature].join('.'))).toMatchObject({ httpStatus: 401 });
  });

  it('is refused when the public key was taken for a shared secret', async () => {
    const publicKey = issuer.pairs.get('rsa')?.publicKey;
    if (!publicKey) throw new Error('Expected the key');
    for (const secret of [await exportSPKI(publicKey), JSON.stringify(issuer.keys[0]), String(issuer.keys[0]?.n)]) {
      expect(await ask(await signToken({}, secret))).toMatchObject({ httpStatus: 401 });
    }
  });
});

describe('beside a shared secret', () => {
  it('each key accepts its own kind of token only', async () => {
    const both = await startTestServer({ REPRISE_JWKS_URL: issuer.url, REPRISE_JWT_SECRET: JWT_SECRET });
    try {
      expect(await ask(await signToken({}), both)).toMatchObject({ httpStatus: 200 });
      expect(await ask(await issuer.sign('ec', 'ES256'), both)).toMatchObject({ httpStatus: 200 });
      const publicKey = issuer.pairs.get('rsa')?.publicKey;
      if (publicKey) expect(await ask(await signToken({}, await exportSPKI(publicKey)), both)).toMatchObject({ httpStatus: 401 });
    } finally {
      await both.close();
    }
  });
});

describe('the keys', () => {
  it('may be rotated: the new one is taken within seconds, the old one no more', async () => {
    expect(await ask(await issuer.sign('rsa', 'RS256'))).toMatchObject({ httpStatus: 200 });
    issuer.keys = [await issuer.makeKey('rsa-2', 'RS256')];
    const deadline = Date.now() + 8_000;
    const token = await issuer.sign('rsa-2', 'RS256');
    while ((await ask(token)).httpStatus !== 200 && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await ask(token)).toMatchObject({ httpStatus: 200 });
    expect(await ask(await issuer.sign('rsa', 'RS256', inSeconds(601)))).toMatchObject({ httpStatus: 401 });
  }, 20_000);

  it('that cannot be had are 503: nothing is known of the token', async () => {
    issuer.status = 500;
    const other = await startTestServer({ REPRISE_JWKS_URL: issuer.url });
    try {
      const answer = await ask(await issuer.sign('rsa-2', 'RS256'), other);
      expect(answer).toMatchObject({ httpStatus: 503, statusCode: '503', data: { correlationId: expect.any(String) } });
      expect(answer.headers['retry-after']).toBe('1');
      expect(await other.admin.cmd('GetProcessInstanceList')).toMatchObject({ httpStatus: 200 });
      issuer.status = 200;
      expect(await ask(await issuer.sign('rsa-2', 'RS256'), other)).toMatchObject({ httpStatus: 200 });
    } finally {
      issuer.status = 200;
      await other.close();
    }
  });
});
