import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { BatchStore } from '../../src/application/ports/batches.js';
import { Clock } from '../../src/application/ports/clock.js';
import { EndedInstances, HistoryPartitions } from '../../src/application/ports/history.js';
import { AuditStore } from '../../src/application/ports/stores.js';
import { CreateProcessDefinitionCommand } from '../../src/application/process-definitions/create-process-definition/create-process-definition.command.js';
import { GetProcessInstanceActivitiesQuery } from '../../src/application/process-instances/get-process-instance-activities/get-process-instance-activities.command.js';
import { GetProcessInstanceStateCommand } from '../../src/application/process-instances/get-process-instance-state/get-process-instance-state.command.js';
import { SignalProcessInstanceCommand } from '../../src/application/tasks/signal-process-instance/signal-process-instance.command.js';
import { StartProcessInstanceCommand } from '../../src/application/process-instances/start-process-instance/start-process-instance.command.js';
import { HistoryRetention } from '../../src/runner/history-retention.js';
import { SystemClock } from '../../src/runner/system-clock.js';
import { ApplicationUnderTest } from '../application/support/application-under-test.js';
import { modelOf, processOf, userTask } from '../application/support/models.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const DAY_MS = 86_400_000;
let database: TestDatabase;
let app: ApplicationUnderTest;

beforeAll(async () => {
  database = await createTestDatabase();
  app = await ApplicationUnderTest.start(database.url);
  await app.ask(CreateProcessDefinitionCommand, { bpmnXml: modelOf(processOf('ask', 'ask', userTask('Ask'))) });
});
afterAll(async () => {
  await app.stop();
  await database.drop();
});

function retention(days: number | null, clock = app.get(Clock)): HistoryRetention {
  return new HistoryRetention(app.get(EndedInstances), app.get(HistoryPartitions), app.get(BatchStore), clock, days);
}

/** Of a server whose machine tells another time; no test clock. */
function wrongClock(days: number): Clock {
  const clock = new SystemClock(false);
  clock.advance(days * DAY_MS);
  return clock;
}

/** As if it had begun and ended so long ago. */
async function endDaysAgo(instanceGuid: string, days: number): Promise<void> {
  await app
    .get(DataSource)
    .query(
      `UPDATE process_instance SET started_at = now() - $2 * interval '1 day', ended_at = now() - $2 * interval '1 day' WHERE guid = $1`,
      [instanceGuid, days],
    );
}

/** At the user task. */
async function start(instanceGuid: string): Promise<void> {
  await app.ask(StartProcessInstanceCommand, { processKey: 'ask', instanceGuid });
}

async function statusOf(instanceGuid: string): Promise<unknown> {
  const { data } = await app.ask(GetProcessInstanceStateCommand, { instanceGuid });
  return (data as { status: unknown } | null)?.status ?? null;
}

async function weeks(): Promise<string[]> {
  const rows = await app
    .get(DataSource)
    .query<{ name: string }[]>(`SELECT relname AS name FROM pg_class WHERE relname ~ '^activity_\\d{4}w\\d{2}$' ORDER BY 1`);
  return rows.map(({ name }) => name);
}

describe('a server', () => {
  it('has made the partitions of its time before it serves', async () => {
    await start('first');

    const rows = await app
      .get(DataSource)
      .query<{ partition: string }[]>('SELECT DISTINCT tableoid::regclass::text AS partition FROM activity');

    expect(await weeks()).toHaveLength(5);
    expect(rows).toEqual([{ partition: (await weeks())[0] }]);
  });
});

describe('retention', () => {
  it('takes the earlier of its own time and that of the database, so that no wrong clock makes it forget more', async () => {
    for (const [guid, days] of [
      ['days-20', 20],
      ['days-40', 40],
    ] as const) {
      await start(guid);
      await app.ask(SignalProcessInstanceCommand, { instanceGuid: guid });
      await endDaysAgo(guid, days);
    }
    const partitions = app.get(HistoryPartitions);
    const [emptyWeek] = (await partitions.make(Date.now() - 20 * DAY_MS, 0)).made;

    await retention(30, wrongClock(-20)).removeOld();
    expect([await statusOf('days-20'), await statusOf('days-40')]).toEqual(['completed', 'completed']);

    await retention(30, wrongClock(400)).removeOld();
    expect([await statusOf('days-20'), await statusOf('days-40')]).toEqual(['completed', null]);
    expect(await weeks()).toContain(emptyWeek);
    expect(await partitions.dropEmpty(Date.now())).toContain(emptyWeek);
    expect(await weeks()).not.toContain(emptyWeek);
  });

  it('forgets what ended long ago but for its audit trail, and drops a week when nobody needs it', async () => {
    for (const guid of ['ended', 'waits']) await start(guid);
    for (const guid of ['first', 'ended']) await app.ask(SignalProcessInstanceCommand, { instanceGuid: guid });
    const [thisWeek] = await weeks();

    await retention(30).removeOld();
    expect(await statusOf('ended')).toBe('completed');

    app.get(Clock).advance(40 * DAY_MS);
    await start('new');
    await retention(null).removeOld();
    expect(await statusOf('ended')).toBe('completed');

    await retention(30).removeOld();
    expect([await statusOf('ended'), await statusOf('waits'), await statusOf('new')]).toEqual([null, 'waiting', 'waiting']);
    expect(await weeks()).toContain(thisWeek);
    const { data } = await app.ask(GetProcessInstanceActivitiesQuery, { instanceGuid: 'waits' });
    expect((data as { items: { elementId: string }[] }).items.map(({ elementId }) => elementId)).toEqual(['ask_Start', 'Ask']);
    const trail = await app.get(AuditStore).query('acme', { instanceGuid: 'ended' }, 10, null);
    expect(trail.items.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['StartProcessInstance', 'SignalProcessInstance']),
    );
    expect(await app.get(AuditStore).verify('acme')).toMatchObject({ valid: true });

    await app.ask(SignalProcessInstanceCommand, { instanceGuid: 'waits' });
    app.get(Clock).advance(40 * DAY_MS);
    await retention(30).removeOld();
    expect(await statusOf('waits')).toBeNull();
    expect(await weeks()).not.toContain(thisWeek);
  });
});

describe('batches', () => {
  it('go with all of their items when they ended long enough ago', async () => {
    const source = app.get(DataSource);
    for (const [id, days] of [
      [901, 40],
      [902, 10],
      [903, null],
    ] as const) {
      const endedAt = days === null ? null : new Date(app.get(Clock).now() - days * DAY_MS);
      await source.query(
        `INSERT INTO batch (id, tenant_id, kind, parameters, selection, options, status, caller, total, created_at, ended_at)
         VALUES ($1, 'acme', 'retry', '{}', '{}', '{}', 'paused', '{}', 12000, now() - interval '60 days', $2)`,
        [id, endedAt],
      );
      await source.query(
        `INSERT INTO batch_item (batch_id, item_no, instance_guid) SELECT $1::bigint, i, 'gone' FROM generate_series(1, 12000) AS i`,
        [id],
      );
    }

    await retention(30).removeOld();

    expect(await source.query('SELECT id::integer FROM batch ORDER BY id')).toEqual([{ id: 902 }, { id: 903 }]);
    expect(
      await source.query('SELECT batch_id::integer AS id, count(*)::integer AS items FROM batch_item GROUP BY 1 ORDER BY 1'),
    ).toEqual([
      { id: 902, items: 12_000 },
      { id: 903, items: 12_000 },
    ]);
  });
});
