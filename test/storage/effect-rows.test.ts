import { beforeAll, describe, expect, test } from '@jest/globals';
import { StepConflict, type StepWrite } from '../../src/application/ports/instance-store.js';
import type { AuditEntry } from '../../src/contract/audit-entry.js';
import type { Effect, Incident } from '../../src/engine/index.js';
import { PgInstanceStore } from '../../src/storage/stores/instance-store.js';
import { openHotDatabase } from '../support/hot-database.js';
import { firstStep, headerOf, nextStep } from '../support/step-writes.js';

const database = openHotDatabase();
let store: PgInstanceStore;
beforeAll(async () => {
  store = new PgInstanceStore(database.pool);
  await store.open();
});

async function saveFirst(effects: readonly Effect[]): Promise<StepWrite> {
  const step = firstStep(headerOf(store.nextId()), { effects });
  await store.saveSteps([step]);
  return step;
}

async function saveNext(
  before: StepWrite,
  effects: readonly Effect[],
  state: Partial<StepWrite['state']> = {},
): Promise<StepWrite> {
  const step = nextStep(before, { effects }, state);
  await store.saveSteps([step]);
  return step;
}

const DUE = 1_800_000_060_000;

function schedule(elementInstanceId: number, timerNodeId: string, dueAt = DUE, kind: 'timer' | 'retry' = 'timer'): Effect {
  return { type: 'schedule-timer', kind, elementInstanceId, timerNodeId, dueAt };
}

function cancel(elementInstanceId: number, timerNodeId: string): Effect {
  return { type: 'cancel-timer', elementInstanceId, timerNodeId };
}

function timersOf({ header }: StepWrite): Promise<unknown[]> {
  return database.rows(
    `SELECT element_instance_id AS element, timer_node_id AS node, kind, extract(epoch FROM due_at)::float8 * 1000 AS due, claimed_by
     FROM timer_job WHERE instance_id = ${header.id} ORDER BY 1, 2`,
  );
}

describe('timers', () => {
  test('of one step the last word counts', async () => {
    const step = await saveFirst([
      schedule(1, ''),
      cancel(1, ''),
      schedule(2, 'late'),
      schedule(2, 'late', DUE + 1),
      cancel(3, ''),
      schedule(3, '', DUE + 2, 'retry'),
    ]);

    expect(await timersOf(step)).toEqual([
      { element: 2, node: 'late', kind: 'timer', due: DUE + 1, claimed_by: null },
      { element: 3, node: '', kind: 'retry', due: DUE + 2, claimed_by: null },
    ]);
  });

  test('scheduled again, a row is moved and its claim is void', async () => {
    const step = await saveFirst([schedule(1, '')]);
    await database.rows(`UPDATE timer_job SET claimed_by = 7, claimed_until = now() WHERE instance_id = ${step.header.id}`);

    await saveNext(step, [cancel(1, ''), schedule(1, '', DUE + 5, 'retry')]);

    expect(await timersOf(step)).toEqual([{ element: 1, node: '', kind: 'retry', due: DUE + 5, claimed_by: null }]);
  });
});

describe('an instance that has ended', () => {
  test('leaves no timer, subscription or scope, even where nobody cancelled them', async () => {
    const header = headerOf(store.nextId());
    const step = firstStep(
      header,
      {
        effects: [
          schedule(1, ''),
          { type: 'open-subscription', elementInstanceId: 2, nodeId: 'm', messageName: 'paid', correlationKey: '1' },
        ],
        touchedScopes: new Set([0, 4]),
      },
      { scopes: { 0: { id: 0, parentId: null, elements: [] }, 4: { id: 4, parentId: 0, elements: [] } } },
    );
    const neighbour = firstStep(headerOf(store.nextId()), { effects: [schedule(1, '')] });
    await store.saveSteps([step, neighbour]);

    await saveNext(step, [schedule(9, '')], { status: 'cancelled', endedAt: DUE, scopes: {} });

    for (const table of ['timer_job', 'message_subscription', 'instance_scope']) {
      expect(await database.rows(`SELECT FROM ${table} WHERE instance_id = ${header.id}`)).toEqual([]);
    }
    expect(await timersOf(neighbour)).toHaveLength(1);
    expect((await store.loadById([header.id]))[0]?.state).toMatchObject({ status: 'cancelled', endedAt: DUE, scopes: {} });
  });
});

describe('subscriptions', () => {
  test('of one step the last word counts, and waiting for another message replaces the row', async () => {
    const open = (elementInstanceId: number, messageName: string): Effect => ({
      type: 'open-subscription',
      elementInstanceId,
      nodeId: 'catch',
      messageName,
      correlationKey: 'order-1',
    });
    const step = await saveFirst([open(1, 'paid'), open(2, 'sent'), { type: 'close-subscription', elementInstanceId: 2 }]);
    await saveNext(step, [{ type: 'close-subscription', elementInstanceId: 1 }, open(1, 'refunded'), open(3, 'sent')]);

    const rows = await database.rows(
      `SELECT element_instance_id AS element, message_name AS name, instance_guid AS guid FROM message_subscription
       WHERE instance_id = ${step.header.id} ORDER BY 1`,
    );

    expect(rows).toEqual([
      { element: 1, name: 'refunded', guid: step.header.guid },
      { element: 3, name: 'sent', guid: step.header.guid },
    ]);
  });
});

describe('incidents', () => {
  const incident = (attempt: number, message = 'Service down'): Incident => ({
    code: 'HTTP_503',
    message,
    errorClass: 'SERVICE_UNAVAILABLE',
    kind: 'technical',
    details: { status: 503, body: 'a\u0000b' },
    attempt,
    at: 1_800_000_000_000 + attempt,
    decision: { action: 'fail', reason: 'no policy' },
    parkedFor: null,
  });
  const open = (attempt: number, message?: string): Effect => ({
    type: 'open-incident',
    elementInstanceId: 4,
    nodeId: 'task',
    incident: incident(attempt, message),
  });
  const close = (resolution: 'retried' | 'skipped'): Effect => ({ type: 'close-incident', elementInstanceId: 4, resolution });
  const incidentsOf = ({ header }: StepWrite): Promise<unknown[]> =>
    database.rows(
      `SELECT attempt, resolution, resolved_at IS NULL AS open FROM incident WHERE instance_id = ${header.id} ORDER BY attempt`,
    );

  test('one that is opened and closed within a step is kept as closed', async () => {
    const step = await saveFirst([open(1), close('retried'), open(2)]);

    expect(await incidentsOf(step)).toEqual([
      { attempt: 1, resolution: 'retried', open: false },
      { attempt: 2, resolution: null, open: true },
    ]);
  });

  test('a retry that fails at once closes the old one and opens a new one', async () => {
    const step = await saveFirst([open(1)]);
    await saveNext(step, [close('retried'), open(2), close('skipped')]);

    expect(await incidentsOf(step)).toEqual([
      { attempt: 1, resolution: 'retried', open: false },
      { attempt: 2, resolution: 'skipped', open: false },
    ]);
  });

  test('a message with a NUL character is kept with a replacement for it', async () => {
    const step = await saveFirst([open(1, 'bad \u0000 byte')]);

    expect(await database.rows(`SELECT message, details FROM incident WHERE instance_id = ${step.header.id}`)).toEqual([
      { message: 'bad \ufffd byte', details: { status: 503, body: 'a\u0000b' } },
    ]);
  });
});

describe('history', () => {
  test('no visit ends before its instance began, whatever the clock of the server says', async () => {
    const behind: Effect = {
      type: 'record-activity',
      elementInstanceId: 1,
      nodeId: 'start',
      elementType: 'startEvent',
      scopeElementInstanceId: null,
      status: 'completed',
      takenFlowIds: [],
      input: null,
      attempts: 0,
      startedAt: 1_799_999_999_000,
      endedAt: 1_799_999_999_000,
    };
    const step = await saveFirst([behind]);

    expect(
      await database.rows(
        `SELECT (extract(epoch FROM ended_at) * 1000)::bigint AS ended FROM activity WHERE instance_id = ${step.header.id}`,
      ),
    ).toEqual([{ ended: step.state.startedAt }]);
  });

  test('ended visits and attempts become rows in the same transaction', async () => {
    const effects: Effect[] = [
      {
        type: 'record-activity',
        elementInstanceId: 1,
        nodeId: 'start',
        elementType: 'startEvent',
        scopeElementInstanceId: null,
        status: 'completed',
        takenFlowIds: ['f1', 'f2'],
        input: null,
        attempts: 0,
        startedAt: DUE,
        endedAt: DUE + 1,
      },
      {
        type: 'record-attempt',
        elementInstanceId: 2,
        nodeId: 'task',
        attempt: 1,
        outcome: 'failed',
        input: null,
        errorCode: 'TIMEOUT',
        errorMessage: 'Request timeout after 30000 ms',
        details: null,
        startedAt: DUE,
        endedAt: DUE + 30_000,
      },
    ];
    const step = await saveFirst(effects);

    expect(
      await database.rows(
        `SELECT sequence, element_id, taken_flow_ids, version, effect_index FROM activity WHERE instance_id = ${step.header.id}`,
      ),
    ).toEqual([{ sequence: 1, element_id: 'start', taken_flow_ids: ['f1', 'f2'], version: 1, effect_index: 0 }]);
    expect(
      await database.rows(
        `SELECT task_id, attempt, outcome, effect_index FROM task_attempt WHERE instance_id = ${step.header.id}`,
      ),
    ).toEqual([{ task_id: 'task', attempt: 1, outcome: 'failed', effect_index: 1 }]);
  });
});

describe('the audit trail', () => {
  const entryOf = ({ header }: StepWrite): AuditEntry => ({
    id: store.nextId(),
    tenantId: header.tenantId,
    at: '2027-01-15T08:00:00.000Z',
    actor: { type: 'user', id: 'ann', claimed: null },
    action: 'StartProcessInstance',
    outcome: 'succeeded',
    instanceGuid: header.guid,
    processKey: header.processKey,
    taskId: null,
    attempt: null,
    comment: null,
    changes: [],
    statusBefore: null,
    statusAfter: 'running',
    durationMs: 1.5,
    correlationId: null,
    idempotencyKey: null,
    detail: null,
  });
  const entriesOf = ({ header }: StepWrite): Promise<unknown[]> =>
    database.rows(`SELECT action FROM audit_entry WHERE instance_guid = '${header.guid}'`);

  test('is written with the step, and not without it', async () => {
    const step = firstStep(headerOf(store.nextId()));
    await store.saveSteps([{ ...step, audit: [entryOf(step)] }]);
    await expect(store.saveSteps([{ ...step, audit: [entryOf(step)] }])).rejects.toThrow(StepConflict);

    expect(await entriesOf(step)).toEqual([{ action: 'StartProcessInstance' }]);
  });

  test.each([
    `UPDATE audit_entry SET comment = 'x'`,
    'DELETE FROM audit_entry',
    'TRUNCATE audit_entry',
    'TRUNCATE audit_entry_default',
  ])('the database refuses %s', async (statement) => {
    const step = firstStep(headerOf(store.nextId()));
    await store.saveSteps([{ ...step, audit: [entryOf(step)] }]);

    await expect(database.rows(statement)).rejects.toMatchObject({ code: 'RP002' });

    expect(await entriesOf(step)).toHaveLength(1);
  });
});
