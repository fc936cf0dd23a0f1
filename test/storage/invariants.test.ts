import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DataSource } from 'typeorm';
import type { Effect } from '../../src/engine/index.js';
import { createDataSource } from '../../src/storage/data-source.js';
import { PgInvariantReader } from '../../src/storage/readers/invariant-reader.js';
import { PgInstanceStore } from '../../src/storage/stores/instance-store.js';
import { openHotDatabase } from '../support/hot-database.js';
import { firstStep, headerOf } from '../support/step-writes.js';

const database = openHotDatabase();
let dataSource: DataSource;
let invariants: PgInvariantReader;

const OPENED: Effect = {
  type: 'open-incident',
  elementInstanceId: 1,
  nodeId: 'Check',
  incident: {
    code: 'HTTP_503',
    message: 'away',
    errorClass: 'SERVICE_UNAVAILABLE',
    kind: 'technical',
    details: null,
    attempt: 1,
    at: 0,
    decision: { action: 'fail', reason: 'no policy' },
    parkedFor: null,
  },
};

beforeAll(async () => {
  dataSource = await createDataSource(database.url).initialize();
  invariants = new PgInvariantReader(dataSource);
  const store = new PgInstanceStore(database.pool);
  await store.open();
  await store.saveSteps([
    firstStep(headerOf(1, { guid: 'runs' })),
    firstStep(headerOf(2, { guid: 'fails' }), { effects: [OPENED] }, { status: 'error' }),
  ]);
  await database.rows(`INSERT INTO process_definition_version (definition_id, version, process_key, bpmn_xml, sha256, created_by)
    VALUES (1, 1, 'loan', '<x/>', '', 'test')`);
});
afterAll(() => dataSource.destroy());

/** The checks that do not hold, with their examples. */
async function broken(tenantId: string | null = 'acme'): Promise<Record<string, readonly string[]>> {
  const findings = await invariants.check(tenantId);
  return Object.fromEntries(findings.filter(({ ok }) => !ok).map(({ check, examples }) => [check, examples]));
}

describe('the check of a database', () => {
  test('finds nothing where steps alone have written', async () => {
    const findings = await invariants.check(null);

    expect(findings.filter(({ ok }) => !ok)).toEqual([]);
    expect(findings.map(({ check }) => check)).toEqual(expect.arrayContaining(['clock-skew', 'schema']));
    expect(findings.find(({ check }) => check === 'schema')).toMatchObject({ found: dataSource.migrations.length });
  });

  test.each([
    [
      'failure-counts',
      'UPDATE failure_count SET opened = opened + 1',
      'UPDATE failure_count SET opened = opened - 1',
      /^[0-9a-f]{24}: counted 2, open 1$/,
    ],
    [
      'errors-have-failures',
      "UPDATE process_instance SET status = 'error' WHERE guid = 'runs'",
      "UPDATE process_instance SET status = 'running' WHERE guid = 'runs'",
      /^runs$/,
    ],
    [
      'failures-have-errors',
      "UPDATE process_instance SET status = 'waiting' WHERE guid = 'fails'",
      "UPDATE process_instance SET status = 'error' WHERE guid = 'fails'",
      /^fails \(waiting\)$/,
    ],
    [
      'waits-have-living-instances',
      `INSERT INTO timer_job (instance_id, element_instance_id, timer_node_id, kind, due_at, tenant_id) VALUES (99, 1, '', 'retry', now(), 'acme')`,
      'DELETE FROM timer_job',
      /^timer retry of 99$/,
    ],
    [
      'living-instances-have-no-end',
      "UPDATE process_instance SET ended_at = now() WHERE guid = 'runs'",
      "UPDATE process_instance SET ended_at = NULL WHERE guid = 'runs'",
      /^runs \(running\)$/,
    ],
    [
      'living-instances-have-models',
      "UPDATE process_instance SET definition_version = 7 WHERE guid = 'runs'",
      "UPDATE process_instance SET definition_version = 1 WHERE guid = 'runs'",
      /^runs \(definition 1 version 7\)$/,
    ],
    [
      'owners-live',
      "UPDATE process_instance SET owner_node = 77, updated_at = now() - interval '2 minutes' WHERE guid = 'runs'",
      "UPDATE process_instance SET owner_node = NULL WHERE guid = 'runs'",
      /^runs \(node 77\)$/,
    ],
    [
      'ended-batches-have-no-open-items',
      `WITH made AS (INSERT INTO batch (id, tenant_id, kind, parameters, selection, options, status, caller, total, created_at)
         VALUES (5, 'acme', 'retry', '{}', '{}', '{}', 'completed', '{}', 1, now()))
       INSERT INTO batch_item (batch_id, item_no, instance_guid) VALUES (5, 1, 'fails')`,
      'TRUNCATE batch, batch_item',
      /^batch 5 \(completed\): 1$/,
    ],
    [
      'schema',
      `INSERT INTO schema_migration (timestamp, name) VALUES (1, 'Later1')`,
      `DELETE FROM schema_migration WHERE name = 'Later1'`,
      /^Later1 is of another version of the program$/,
    ],
    [
      'audit-sealed',
      `INSERT INTO audit_entry (tenant_id, at, id, actor_type, actor_id, action, outcome, changes, digest)
       VALUES ('acme', now() - interval '1 hour', 1, 'user', 'a', 'StartProcessInstance', 'succeeded', '[]', '')`,
      `INSERT INTO audit_seal (tenant_id, seal_no, entry_ids, digests, last_xact_id, last_entry_id, sealed_at, previous_hash, hash)
         SELECT tenant_id, 1, ARRAY[id], '', xact_id, id, now(), '', 'seal' FROM audit_entry;
       INSERT INTO audit_chain_head SELECT tenant_id, seal_no, hash, last_xact_id, last_entry_id FROM audit_seal`,
      /^entry 1 of tenant acme$/,
    ],
    [
      'audit-chain-heads',
      'UPDATE audit_chain_head SET seal_no = 2',
      'UPDATE audit_chain_head SET seal_no = 1',
      /^tenant acme: head 2, seal 1$/,
    ],
  ])('finds what breaks %s, and that alone', async (check, damage, repair, example) => {
    await database.rows(damage);
    const found = await broken();
    const elsewhere = await broken('globex');
    for (const statement of repair.split(';')) await database.rows(statement);

    expect(found).toEqual({ [check]: [expect.stringMatching(example)] });
    // What is of a tenant is told to nobody else; the schema is everybody's.
    expect(elsewhere).toEqual(check === 'schema' ? found : {});
    expect(await broken(null)).toEqual({});
  });
});
