import { expect, test } from '@jest/globals';
import { openPeopleDatabase } from './people-database.js';

const database = openPeopleDatabase();

test('queries of people are bounded, and so is a transaction that does nothing', async () => {
  const setting = async (name: string): Promise<string> => {
    const [row] = await database.dataSource.query<{ value: string }[]>(`SELECT current_setting('${name}') AS value`);
    return row?.value ?? '';
  };

  expect(await setting('statement_timeout')).toBe('15s');
  expect(await setting('idle_in_transaction_session_timeout')).toBe('10s');
});
