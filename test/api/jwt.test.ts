import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { UnsecuredJWT } from 'jose';
import { ApiClient, field, type Data } from '../e2e/support/api-client.js';
import { startTestServer, type TestServer } from '../e2e/support/test-server.js';
import { inSeconds, JWT_SECRET, signToken } from './support/jwt.js';

let server: TestServer;
let named: TestServer;

beforeAll(async () => {
  server = await startTestServer({ REPRISE_JWT_SECRET: JWT_SECRET });
  named = await startTestServer({
    REPRISE_JWT_SECRET: JWT_SECRET,
    REPRISE_JWT_ISSUER: 'https://login.example',
    REPRISE_JWT_AUDIENCE: 'reprise',
  });
});

afterAll(async () => {
  await server?.close();
  await named?.close();
});

const statusOf = async (token: string, tenant = 'default', of = server): Promise<number> =>
  (await new ApiClient(of.url, token, tenant).cmd('GetProcessInstanceList')).httpStatus;

describe('a JSON Web Token signed with the shared secret', () => {
  it('names who acts', async () => {
    const client = new ApiClient(server.url, await signToken({ sub: 'olga@example.com' }));
    await client.cmd('CreateApiToken', { name: 'x', roles: ['viewer'] });
    const [entry] = field(await client.cmd('GetAuditTrail', { pageSize: 1 }), 'items') as Data[];
    expect(entry).toMatchObject({ actor: { type: 'user', id: 'olga@example.com', claimed: null } });
  });

  it('gives the permissions of its roles and its own', async () => {
    const client = new ApiClient(server.url, await signToken({ roles: ['viewer'], permissions: ['task:retry'] }));
    expect(await client.cmd('GetAuditTrail')).toMatchObject({ httpStatus: 200 });
    expect(await client.cmd('RetryFailedTask', { instanceGuid: 'none' })).toMatchObject({ httpStatus: 200 });
    expect(await client.cmd('SkipFailedTask', { instanceGuid: 'none' })).toMatchObject({ httpStatus: 403 });
  });

  it.each<[string, object, string[]]>([
    ['tenant', { tenant: 'a' }, ['a']],
    ['tenants', { tenant: undefined, tenants: ['a', 'b'] }, ['a', 'b']],
    ['both', { tenant: 'a', tenants: ['b'] }, ['a', 'b']],
    ['neither', { tenant: undefined }, []],
    ['what is no text', { tenant: 5, tenants: [null, 'b', { c: 1 }] }, ['b']],
  ])('is for the tenants that it names as %s', async (_what, claims, allowed) => {
    const token = await signToken({ ...claims });
    for (const tenant of ['a', 'b', 'c']) {
      expect([tenant, await statusOf(token, tenant)]).toEqual([tenant, allowed.includes(tenant) ? 200 : 403]);
    }
  });
});

describe('a JSON Web Token is refused', () => {
  const refused: readonly [string, () => Promise<string> | string][] = [
    ['that has expired', () => signToken({ exp: inSeconds(-60) })],
    ['that never expires', () => signToken({ exp: undefined })],
    ['that is not valid yet', () => signToken({ nbf: inSeconds(600) })],
    ['without a subject', () => signToken({ sub: undefined })],
    ['with an empty subject', () => signToken({ sub: ' ' })],
    ['whose subject is no text', () => signToken({ sub: 5 })],
    ['whose subject is too long', () => signToken({ sub: 's'.repeat(256) })],
    ['signed with another secret', () => signToken({}, 'another-secret-of-32-bytes-or-more!')],
    ['signed with HS512', () => signToken({}, JWT_SECRET.repeat(2), 'HS512')],
    ['signed with the secret by HS384', () => signToken({}, JWT_SECRET.repeat(2), 'HS384')],
    [
      'that is not signed',
      () => new UnsecuredJWT({ sub: 'olga', tenant: 'default', permissions: ['*'], exp: inSeconds(60) }).encode(),
    ],
    ['that was changed', async () => changed(await signToken({ permissions: [] }), { permissions: ['*'] })],
    ['with a foreign signature', async () => (await signToken({})).replace(/[^.]+$/, 'AAAA')],
    ['that is no token', () => 'a.b.c'],
    ['that is endless', async () => `${await signToken({})}${'A'.repeat(9_000)}`],
  ];

  it.each(refused)('%s', async (_what, make) => {
    const client = new ApiClient(server.url, await make());
    const answer = await client.cmd('GetProcessInstanceList');
    expect(answer).toMatchObject({ httpStatus: 401, isSuccessful: false, statusCode: '401', data: null });
    expect(answer.headers['www-authenticate']).toBe('Bearer');
  });

  it('when it expires, also one that was accepted a moment ago', async () => {
    // Clocks may differ by five seconds.
    const token = await signToken({ exp: inSeconds(-3) });
    expect(await statusOf(token)).toBe(200);
    while ((await statusOf(token)) === 200) await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await statusOf(token)).toBe(401);
  });

  it('where no key is configured', async () => {
    const keyless = await startTestServer();
    try {
      expect(await statusOf(await signToken({}), 'default', keyless)).toBe(401);
    } finally {
      await keyless.close();
    }
  });

  /** The same token with other claims and the old signature. */
  function changed(token: string, claims: object): string {
    const [header = '', payload = '', signature = ''] = token.split('.');
    const old = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    return [header, Buffer.from(JSON.stringify({ ...old, ...claims })).toString('base64url'), signature].join('.');
  }
});

describe('issuer and audience', () => {
  it.each<[string, object, number]>([
    ['as configured are accepted', { iss: 'https://login.example', aud: 'reprise' }, 200],
    ['among several audiences are accepted', { iss: 'https://login.example', aud: ['other', 'reprise'] }, 200],
    ['that are absent are refused', {}, 401],
    ['of another issuer are refused', { iss: 'https://evil.example', aud: 'reprise' }, 401],
    ['for another audience are refused', { iss: 'https://login.example', aud: 'other' }, 401],
  ])('%s', async (_what, claims, status) => {
    expect(await statusOf(await signToken({ ...claims }), 'default', named)).toBe(status);
  });
});
