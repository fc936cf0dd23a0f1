import { ALL_PERMISSIONS, permissionsOf, ROLE_NAMES, ROLES } from '../../../src/application/access/roles.js';
import '../../../src/application/handlers.js';
import { allRequests } from '../../../src/application/requests/api-request.js';

describe('roles', () => {
  test('some role grants the permission of every command and query', () => {
    const ungranted = allRequests().filter(({ permission }) => !ALL_PERMISSIONS.includes(permission));
    expect(ungranted.map(({ name, permission }) => `${name}: ${permission}`)).toEqual([]);
    expect(allRequests().length).toBeGreaterThan(25);
  });

  test('every permission of the table is asked for by some command or query', () => {
    const asked = new Set(allRequests().map(({ permission }) => permission));
    expect(ALL_PERMISSIONS.filter((permission) => !asked.has(permission))).toEqual([]);
  });

  test('a viewer can do nothing that changes anything', () => {
    const viewer = new Set<string>(ROLES.viewer);
    const changing = allRequests().filter(({ kind, permission }) => kind === 'command' && viewer.has(permission));
    expect(changing.map(({ name }) => name)).toEqual([]);
  });

  test('the administrator of a tenant has every permission, but not the one that reaches beyond the tenant', () => {
    expect([...permissionsOf(['admin'])].sort()).toEqual(ALL_PERMISSIONS);
    expect(ROLE_NAMES.flatMap((role) => permissionsOf([role]))).not.toContain('*');
  });

  test('several roles add up, and a role that does not exist grants nothing', () => {
    expect(permissionsOf(['viewer', 'worker', 'constructor', 'king'])).toEqual([
      'audit:read',
      'circuit:read',
      'definition:read',
      'instance:read',
      'limit:read',
      'instance:signal',
      'job:work',
      'message:publish',
    ]);
  });
});
