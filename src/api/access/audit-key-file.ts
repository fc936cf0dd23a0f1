import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AuditKey } from '../../audit-proof/audit-key.js';
import { ConfigError, type Config } from '../../config.js';

/** Where the key of an embedded database is kept. */
function auditKeyFileOf(dataDir: string): string {
  return join(dataDir, 'audit-key.pem');
}

/**
 * The key of `REPRISE_AUDIT_KEY_FILE`, or, with an embedded database, one that is made at first start and kept in the data
 * directory with mode 0600. Null with a database of one's own and no such setting.
 * @throws ConfigError where the file cannot be read or holds no such key
 */
export async function loadAuditKey(config: Config): Promise<AuditKey | null> {
  if (config.auditKeyFile !== null) return readAuditKey(config.auditKeyFile);
  if (config.databaseUrl !== null) return null;
  const file = auditKeyFileOf(config.dataDir);
  await mkdir(config.dataDir, { recursive: true });
  await writeFile(file, AuditKey.generate(), { mode: 0o600, flag: 'wx' }).catch(ignoreExisting);
  return readAuditKey(file);
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

async function readAuditKey(file: string): Promise<AuditKey> {
  try {
    return AuditKey.ofPem(await readFile(file, 'utf8'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(
      `The settings cannot be used:\n  the key of the audit trail, ${file} (REPRISE_AUDIT_KEY_FILE): ${reason}`,
    );
  }
}
