import { randomBytes } from 'node:crypto';
import pg from 'pg';

export interface TestDatabase {
  readonly url: string;
  /** Behind the server's back. */
  execute(statement: string): Promise<void>;
  drop(): Promise<void>;
}

/** A migrated, empty database for one test file: a clone of the run's template. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const template = new URL(templateUrl());
  const name = `reprise_test_${randomBytes(6).toString('hex')}`;
  const maintenance = maintenanceUrl();
  await execute(maintenance, `CREATE DATABASE ${name} TEMPLATE ${template.pathname.slice(1)}`);
  const url = databaseAt(template, name);
  return {
    url,
    execute: (statement) => execute(url, statement),
    drop: () => execute(maintenance, `DROP DATABASE ${name} WITH (FORCE)`),
  };
}

/** Of the same server: not the template itself, where a session would keep others from cloning it. */
export function maintenanceUrl(): string {
  return databaseAt(new URL(templateUrl()), 'postgres');
}

function templateUrl(): string {
  const url = process.env['REPRISE_TEST_TEMPLATE_URL'];
  if (url === undefined)
    throw new Error('Expected REPRISE_TEST_TEMPLATE_URL, which the globalSetup of the projects postgres and e2e sets');
  return url;
}

function databaseAt(server: URL, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
