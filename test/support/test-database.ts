import { randomBytes } from 'node:crypto';
import pg from 'pg';

export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** A migrated, empty database for one test file: a clone of the run's template. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const template = new URL(templateUrl());
  const name = `reprise_test_${randomBytes(6).toString('hex')}`;
  await execute(`CREATE DATABASE ${name} TEMPLATE ${template.pathname.slice(1)}`);
  const url = new URL(template);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => execute(`DROP DATABASE ${name} WITH (FORCE)`) };
}

function templateUrl(): string {
  const url = process.env['REPRISE_TEST_TEMPLATE_URL'];
  if (url === undefined)
    throw new Error('Expected REPRISE_TEST_TEMPLATE_URL, which the globalSetup of the projects postgres and e2e sets');
  return url;
}

/** Not in the template itself: a session there would keep others from cloning it. */
async function execute(statement: string): Promise<void> {
  const url = new URL(templateUrl());
  url.pathname = '/postgres';
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
