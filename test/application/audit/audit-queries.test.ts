import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AuditExport } from '../../../src/application/audit/audit-export.js';
import { GetActivitiesQuery } from '../../../src/application/audit/get-activities/get-activities.command.js';
import { GetAuditTrailQuery } from '../../../src/application/audit/get-audit-trail/get-audit-trail.command.js';
import { VerifyAuditTrailQuery } from '../../../src/application/audit/verify-audit-trail/verify-audit-trail.command.js';
import { CreateProcessDefinitionCommand } from '../../../src/application/process-definitions/create-process-definition/create-process-definition.command.js';
import { GetProcessInstanceListQuery } from '../../../src/application/process-instances/get-process-instance-list/get-process-instance-list.command.js';
import { SetProcessVariablesCommand } from '../../../src/application/process-instances/set-process-variables/set-process-variables.command.js';
import { StartProcessInstanceCommand } from '../../../src/application/process-instances/start-process-instance/start-process-instance.command.js';
import { InvalidRequest } from '../../../src/application/requests/invalid-request.js';
import { RetryFailedTaskCommand } from '../../../src/application/tasks/retry-failed-task/retry-failed-task.command.js';
import type { Answer } from '../../../src/contract/answer.js';
import type { AuditEntry } from '../../../src/contract/audit-entry.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';
import { ApplicationUnderTest, callerOf } from '../support/application-under-test.js';
import { modelOf, outsideTask, processOf, userTask } from '../support/models.js';

let database: TestDatabase;
let app: ApplicationUnderTest;

beforeAll(async () => {
  database = await createTestDatabase();
  app = await ApplicationUnderTest.start(database.url);
  const bpmnXml = modelOf(processOf('approval', 'Approval', userTask('Approve')));
  await app.ask(CreateProcessDefinitionCommand, { bpmnXml });
  await app.ask(CreateProcessDefinitionCommand, { bpmnXml: modelOf(processOf('work', 'Work', outsideTask('Work'))) });
  for (const [i, businessKey] of ['a', 'b', 'c'].entries()) {
    const variables = { customer: { id: i }, amount: i * 1_000 };
    await app.ask(StartProcessInstanceCommand, { processKey: 'approval', instanceGuid: `i-${i}`, businessKey, variables });
  }
  await app.ask(SetProcessVariablesCommand, { instanceGuid: 'i-0', variables: { amount: 7 }, comment: 'typed wrong' });
  await app.ask(RetryFailedTaskCommand, { instanceGuid: 'i-0' }, callerOf({ actor: { type: 'user', id: 'oscar' } }));
  app.outside.task('Work', () => Promise.reject(new Error('bureau is down - 503 Service Unavailable')));
  await app.ask(StartProcessInstanceCommand, { processKey: 'work', instanceGuid: 'failed' });
});
afterAll(async () => {
  await app.stop();
  await database.drop();
});

const itemsOf = (answer: Answer): AuditEntry[] => (answer.data as { items: AuditEntry[] }).items;

describe('the audit trail', () => {
  test('is read newest first, page by page, until nothing is left', async () => {
    const seen: number[] = [];
    let cursor: string | undefined;
    do {
      const answer = await app.ask(GetAuditTrailQuery, { pageSize: 3, ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...itemsOf(answer).map(({ id }) => id));
      cursor = (answer.data as { nextCursor: string | null }).nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen.length).toBeGreaterThanOrEqual(8);
    expect(new Set(seen).size).toBe(seen.length);
  });

  test.each([
    ['one instance', { instanceGuid: 'i-0' }, ['RetryFailedTask', 'SetProcessVariables', 'StartProcessInstance']],
    ['an action by its full name', { action: ['SetProcessVariablesCommand'] }, ['SetProcessVariables']],
    ['an outcome', { outcome: 'refused' as const }, ['RetryFailedTask']],
    ['an actor', { actor: 'oscar' }, ['RetryFailedTask']],
    ['a text in the comment', { text: 'TYPED' }, ['SetProcessVariables']],
    ['a time that is past', { to: '2001-01-01' }, []],
  ])('is filtered by %s, in the query and in the export alike', async (_, filter, actions) => {
    const answer = await app.ask(GetAuditTrailQuery, filter);
    expect(itemsOf(answer).map(({ action }) => action)).toEqual(actions);
    const exported: string[] = [];
    for await (const entries of app.get(AuditExport).entries(callerOf(), filter, 'text/csv'))
      exported.unshift(...entries.map(({ action }) => action).reverse());
    expect(exported).toEqual(actions);
  });

  test('a change stands in it as before and after', async () => {
    const [entry] = itemsOf(await app.ask(GetAuditTrailQuery, { action: ['SetProcessVariables'] }));
    expect(entry).toMatchObject({ comment: 'typed wrong', changes: [{ path: '/variables/amount', before: 0, after: 7 }] });
  });

  test('a cursor of nobody is a malformed request', async () => {
    await expect(app.ask(GetAuditTrailQuery, { cursor: 'mine' })).rejects.toThrow(InvalidRequest);
  });

  test('is verified, entries not yet sealed included', async () => {
    const answer = await app.ask(VerifyAuditTrailQuery, {});
    expect(answer).toMatchObject({ isSuccessful: true, data: { valid: true, firstInvalid: null } });
    expect((answer.data as { checkedEntries: number }).checkedEntries).toBeGreaterThanOrEqual(8);
  });

  test('is told in the shape of the activities query, too', async () => {
    const answer = await app.ask(GetActivitiesQuery, { entity: 'ProcessInstance', entityId: 'i-0', pageSize: 2 });
    expect(answer).toMatchObject({
      data: {
        activities: [
          {
            UserName: 'oscar',
            UserKey: 'oscar',
            Action: 'RetryFailedTask',
            AffectedItemType: 'ProcessInstance',
            AffectedItemId: 'i-0',
          },
          { UserName: 'olga', Action: 'SetProcessVariables', ActivityDescription: 'SetProcessVariables succeeded: typed wrong' },
        ],
        totalRows: 3,
        totalPages: 2,
        currentPage: 1,
        pageSize: 2,
      },
    });
    await expect(app.ask(GetActivitiesQuery, { entity: 'User' })).rejects.toThrow('entityId');
    await expect(app.ask(GetActivitiesQuery, { entity: 'Loan', entityId: 1 })).rejects.toThrow('ProcessInstance');
  });
});

describe('the list of instances', () => {
  test.each([
    ['states', { status: ['error'] }, ['failed']],
    ['a failed element and the text of its error', { failedActivityId: 'Work', errorText: 'BUREAU' }, ['failed']],
    ['a business key', { businessKey: 'b' }, ['i-1']],
    ['variables that are equal', { variables: { 'customer.id': 2 } }, ['i-2']],
    ['variables that are compared', { variables: [{ path: 'amount', operator: 'gte', value: 1_000 }] }, ['i-1', 'i-2']],
    ['a time of start', { startedTo: '2001-01-01' }, []],
  ])('is filtered by %s', async (_, filter, guids) => {
    const answer = await app.ask(GetProcessInstanceListQuery, { ...filter, sortBy: 'instanceGuid', sortDirection: 'asc' });
    const { items } = answer.data as { items: { instanceGuid: string }[] };
    expect(items.map(({ instanceGuid }) => instanceGuid)).toEqual(guids);
  });

  test('has pages by number and by cursor', async () => {
    const first = await app.ask(GetProcessInstanceListQuery, { processKey: 'approval', pageSize: 2 });
    expect(first).toMatchObject({
      data: { pageNumber: 1, totalPages: 2, totalRecords: 3, hasNextPage: true, hasPreviousPage: false },
    });
    const { nextCursor } = first.data as { nextCursor: string };
    const second = await app.ask(GetProcessInstanceListQuery, { processKey: 'approval', pageSize: 2, cursor: nextCursor });
    expect(second).toMatchObject({ data: { items: [{ instanceGuid: 'i-0' }], hasNextPage: false, nextCursor: null } });
    await expect(app.ask(GetProcessInstanceListQuery, { cursor: 'mine' })).rejects.toThrow(InvalidRequest);
    await expect(app.ask(GetProcessInstanceListQuery, { cursor: nextCursor, pageNumber: 2 })).rejects.toThrow(InvalidRequest);
  });

  test("shows nothing of another tenant's, and nothing of a group that there is not", async () => {
    const answer = await app.ask(GetProcessInstanceListQuery, {}, callerOf({ tenantId: 'rival' }));
    expect(answer).toMatchObject({ data: { items: [], totalRecords: 0 } });
    expect(await app.ask(GetProcessInstanceListQuery, { failureGroup: 'x' })).toMatchObject({
      data: { items: [], totalRecords: 0 },
    });
  });
});
