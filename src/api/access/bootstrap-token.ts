import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashToken } from '../../application/access/token-lookup.js';
import type { ApiTokenStore } from '../../application/ports/stores.js';
import type { Config } from '../../config.js';

/** Where the first token of an embedded database is kept. */
export function tokenFileOf(dataDir: string): string {
  return join(dataDir, 'admin-token');
}

/**
 * The first token: from `REPRISE_ADMIN_TOKEN`, or, with an embedded database, made at first start and kept in the data
 * directory with mode 0600. Null with a database of one's own and no such setting.
 * @returns with `isNew` when it was made just now, to be shown once
 */
export async function firstToken(config: Config): Promise<{ readonly secret: string; readonly isNew: boolean } | null> {
  if (config.adminToken !== null) return { secret: config.adminToken, isNew: false };
  if (config.databaseUrl !== null) return null;
  const file = tokenFileOf(config.dataDir);
  const kept = await readFile(file, 'utf8').catch(() => null);
  if (kept !== null && kept.trim() !== '') return { secret: kept.trim(), isNew: false };
  const secret = `rp_${randomBytes(32).toString('base64url')}`;
  await mkdir(config.dataDir, { recursive: true });
  await writeFile(file, `${secret}\n`, { mode: 0o600 });
  await chmod(file, 0o600);
  return { secret, isNew: true };
}

/** Lets the first token in: all permissions, in tenant `default`. */
export async function admitFirstToken(store: ApiTokenStore, secret: string): Promise<void> {
  const token = { name: 'admin', tenants: ['default'], roles: [], permissions: ['*'], createdBy: 'bootstrap', expiresAt: null };
  await store.ensure(token, hashToken(secret));
}
