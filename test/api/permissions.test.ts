import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ROLE_NAMES, ROLES } from '../../src/application/access/roles.js';
import { allRequests } from '../../src/application/requests/api-request.js';
import { READ_ROUTES } from '../../src/api/reads/read-routes.js';
import { ApiClient } from '../e2e/support/api-client.js';
import { startTestServer, type TestServer } from '../e2e/support/test-server.js';
import { JWT_SECRET, signToken } from './support/jwt.js';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ REPRISE_JWT_SECRET: JWT_SECRET });
});

afterAll(async () => {
  await server?.close();
});

describe('each role may do what the table of roles says, and nothing else', () => {
  it.each(ROLE_NAMES)('%s', async (role) => {
    const client = new ApiClient(server.url, await signToken({ sub: role, roles: [role], permissions: [] }));
    const granted: readonly string[] = ROLES[role];
    const requests = allRequests();
    expect(requests.length).toBeGreaterThanOrEqual(30);
    for (const { name, permission } of requests) {
      const answer = await client.cmd(name, { noSuchField: 1 });
      // What is allowed gets as far as the validation of its data.
      if (granted.includes(permission)) expect([name, answer.httpStatus]).toEqual([name, 400]);
      else expect([name, answer.httpStatus, answer.data]).toEqual([name, 403, { requiredPermission: permission }]);
    }
  });

  it('nobody without a role may do anything', async () => {
    const client = new ApiClient(server.url, await signToken({ permissions: [], roles: ['boss'] }));
    for (const { name } of allRequests()) expect(await client.cmd(name)).toMatchObject({ httpStatus: 403 });
  });

  it('a single permission is enough, and all by "*"', async () => {
    const client = new ApiClient(server.url, await signToken({ permissions: ['task:retry'] }));
    expect(await client.cmd('RetryFailedTask', { instanceGuid: 'none' })).toMatchObject({ httpStatus: 200 });
    expect(await client.cmd('SkipFailedTask', { instanceGuid: 'none' })).toMatchObject({ httpStatus: 403 });
    for (const { name } of allRequests()) expect((await server.admin.cmd(name, { noSuchField: 1 })).httpStatus).toBe(400);
  });

  it('the plain reads need the same permissions as the queries that they stand for', async () => {
    const client = new ApiClient(server.url, await signToken({ permissions: ['task:retry'] }));
    for (const { path, request } of READ_ROUTES) {
      const permission = allRequests().find(({ name }) => name === request)?.permission;
      const answer = await client.get(`/api/core/${path.replaceAll(/:\w+/g, '1')}`);
      expect([path, answer.httpStatus, answer.data]).toEqual([path, 403, { requiredPermission: permission }]);
    }
  });
});
