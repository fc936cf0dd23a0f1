import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AuditStore } from '../../../src/application/ports/stores.js';
import { CreateProcessDefinitionCommand } from '../../../src/application/process-definitions/create-process-definition/create-process-definition.command.js';
import { DeleteProcessDefinitionCommand } from '../../../src/application/process-definitions/delete-process-definition/delete-process-definition.command.js';
import { GetProcessBundleQuery } from '../../../src/application/process-definitions/get-process-bundle/get-process-bundle.command.js';
import { GetProcessDefinitionByIdQuery } from '../../../src/application/process-definitions/get-process-definition-by-id/get-process-definition-by-id.command.js';
import { GetProcessDefinitionListQuery } from '../../../src/application/process-definitions/get-process-definition-list/get-process-definition-list.command.js';
import { GetProcessDefinitionXmlQuery } from '../../../src/application/process-definitions/get-process-definition-xml/get-process-definition-xml.command.js';
import { RenameProcessDefinitionCommand } from '../../../src/application/process-definitions/rename-process-definition/rename-process-definition.command.js';
import { UpdateProcessDefinitionCommand } from '../../../src/application/process-definitions/update-process-definition/update-process-definition.command.js';
import { UpdateSchedulingInformationCommand } from '../../../src/application/process-definitions/update-scheduling-information/update-scheduling-information.command.js';
import { GetProcessInstanceStateCommand } from '../../../src/application/process-instances/get-process-instance-state/get-process-instance-state.command.js';
import { StartProcessInstanceCommand } from '../../../src/application/process-instances/start-process-instance/start-process-instance.command.js';
import type { Answer } from '../../../src/contract/answer.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';
import { ApplicationUnderTest, callerOf } from '../support/application-under-test.js';
import { modelOf, outsideTask, processOf, userTask } from '../support/models.js';

let database: TestDatabase;
let app: ApplicationUnderTest;

beforeAll(async () => {
  database = await createTestDatabase();
  app = await ApplicationUnderTest.start(database.url);
});
afterAll(async () => {
  await app.stop();
  await database.drop();
});

const waiting = (key: string): string => modelOf(processOf(key, key, userTask('Approve')));

async function deploy(name: string, bpmnXml: string): Promise<number> {
  const answer = await app.ask(CreateProcessDefinitionCommand, { name, bpmnXml });
  expect(answer).toMatchObject({ isSuccessful: true });
  return (answer.data as { id: number }).id;
}

async function start(id: number): Promise<string> {
  const answer = await app.ask(StartProcessInstanceCommand, { id });
  expect(answer).toMatchObject({ isSuccessful: true, data: { status: 'waiting' } });
  return (answer.data as { instanceGuid: string }).instanceGuid;
}

/** Newest first, as `action outcome`. */
async function audited(limit: number): Promise<string[]> {
  const { items } = await app.get(AuditStore).query('acme', {}, limit, null);
  return items.map(({ action, outcome }) => `${action} ${outcome}`);
}

const dataOf = (answer: Answer): Record<string, unknown> => answer.data as Record<string, unknown>;

describe('creating definitions', () => {
  test('each process of a model becomes a definition, the first under the name asked for', async () => {
    const bpmnXml = modelOf(processOf('loan', 'Loan', userTask('A')), processOf('card', 'Card', userTask('B')));
    const answer = await app.ask(CreateProcessDefinitionCommand, { name: 'Loans 2030', bpmnXml });
    expect(answer).toMatchObject({
      isSuccessful: true,
      message: 'Process definition created successfully',
      statusCode: '00',
      data: {
        processKey: 'loan',
        name: 'Loans 2030',
        version: 1,
        isActive: true,
        processes: [
          { processKey: 'loan', name: 'Loans 2030', version: 1 },
          { processKey: 'card', name: 'Card', version: 1 },
        ],
        warnings: [],
      },
    });
    expect(Number.isNaN(Date.parse(String(dataOf(answer)['createdAt'])))).toBe(false);
    expect(await audited(2)).toEqual(['CreateProcessDefinition succeeded', 'CreateProcessDefinition succeeded']);
  });

  test('the same model again under the same name is the same version, also when all come at once', async () => {
    const bpmnXml = waiting('same');
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => app.ask(CreateProcessDefinitionCommand, { name: 'Same', bpmnXml })),
    );
    expect(new Set(answers.map((answer) => dataOf(answer)['id'])).size).toBe(1);
    expect(answers.filter((answer) => dataOf(answer)['unchanged'] === true)).toHaveLength(7);
    expect(answers.every(({ isSuccessful }) => isSuccessful)).toBe(true);
  });

  test('another model under a taken name is refused with the definition that has it', async () => {
    const id = await deploy('Taken', waiting('taken'));
    const answer = await app.ask(CreateProcessDefinitionCommand, { name: 'Taken', bpmnXml: waiting('other') });
    expect(answer).toMatchObject({ isSuccessful: false, statusCode: '40', data: { existingProcessId: id } });
    expect(dataOf(answer)['suggestion']).toContain(`definition ${id}`);
    expect(await audited(1)).toEqual(['CreateProcessDefinition refused']);
  });

  test('a model is refused with everything that is wrong in it', async () => {
    const bpmnXml = modelOf(
      `<bpmn:process id="bad" isExecutable="true"><bpmn:startEvent id="S"/><bpmn:serviceTask id="T"/><bpmn:transaction id="X"/>
       <bpmn:sequenceFlow id="f" sourceRef="S" targetRef="T"/><bpmn:sequenceFlow id="g" sourceRef="T" targetRef="X"/></bpmn:process>`,
    );
    const answer = await app.ask(CreateProcessDefinitionCommand, { name: 'Bad', bpmnXml });
    expect(answer).toMatchObject({ isSuccessful: false, statusCode: '40' });
    const { errors } = answer.data as { errors: { elementId: string; line: number; message: string }[] };
    expect(errors.map(({ elementId }) => elementId)).toEqual(expect.arrayContaining(['T', 'X']));
    expect(errors.every(({ line, message }) => line > 0 && message !== '')).toBe(true);
  });

  test.each([
    ['a blank name', { name: '  ' }],
    ['triggers by events, which are not there yet', { triggerEvents: ['LoanCreated'] }],
  ])('%s is refused', async (_, fields) => {
    const answer = await app.ask(CreateProcessDefinitionCommand, { bpmnXml: waiting('never'), ...fields });
    expect(answer).toMatchObject({ isSuccessful: false, statusCode: '40', data: null });
    expect(await audited(1)).toEqual(['CreateProcessDefinition refused']);
  });
});

describe('changing definitions', () => {
  test('a new model is a new version; instances stay on theirs', async () => {
    const id = await deploy('Versions', waiting('versions'));
    const guid = await start(id);
    const bpmnXml = modelOf(processOf('versions', 'Versions', userTask('Review'), userTask('Approve')));
    const answer = await app.ask(UpdateProcessDefinitionCommand, { id, bpmnXml });
    expect(answer).toMatchObject({
      isSuccessful: true,
      message: 'Process definition updated successfully',
      data: { id, version: 2, previousVersion: 1, activeInstances: 1 },
    });
    expect(dataOf(answer)['warningMessage']).toContain('1 active instance');
    const old = await app.ask(GetProcessInstanceStateCommand, { instanceGuid: guid });
    expect(old).toMatchObject({ data: { definitionVersion: 1, currentActivityId: 'Approve' } });
    const young = await app.ask(GetProcessInstanceStateCommand, { instanceGuid: await start(id) });
    expect(young).toMatchObject({ data: { definitionVersion: 2, currentActivityId: 'Review' } });
    const same = await app.ask(UpdateProcessDefinitionCommand, { id, bpmnXml });
    expect(same).toMatchObject({ isSuccessful: true, data: { version: 2, previousVersion: 2, unchanged: true } });
  });

  test('a definition that is switched off cannot be started', async () => {
    const id = await deploy('Off', waiting('off'));
    await app.ask(UpdateProcessDefinitionCommand, { id, isActive: false });
    expect(await app.ask(StartProcessInstanceCommand, { id })).toMatchObject({ isSuccessful: false, statusCode: '99' });
    const [entry] = (await app.get(AuditStore).query('acme', { action: ['UpdateProcessDefinition'] }, 1, null)).items;
    expect(entry?.changes).toEqual([{ path: '/isActive', before: true, after: false }]);
  });

  test('a model without the process of the definition is refused', async () => {
    const id = await deploy('Key', waiting('key'));
    const bpmnXml = modelOf(processOf('x', 'x', userTask('A')), processOf('y', 'y', userTask('B')));
    const answer = await app.ask(UpdateProcessDefinitionCommand, { id, bpmnXml });
    expect(answer).toMatchObject({ isSuccessful: false, statusCode: '40', data: { errors: [{ rule: 'process-key' }] } });
  });

  test('another name leaves the version; a blank or taken one is refused', async () => {
    const id = await deploy('Before', waiting('rename'));
    const other = await deploy('Occupied', waiting('occupied'));
    expect(await app.ask(RenameProcessDefinitionCommand, { id, newName: 'After' })).toMatchObject({
      isSuccessful: true,
      message: 'Process definition renamed successfully',
      data: { id, oldName: 'Before', newName: 'After', version: 1, versionUnchanged: true },
    });
    expect(await app.ask(RenameProcessDefinitionCommand, { id, newName: ' ' })).toMatchObject({ statusCode: '40', data: null });
    expect(await app.ask(RenameProcessDefinitionCommand, { id, newName: 'Occupied' })).toMatchObject({
      isSuccessful: false,
      statusCode: '40',
      data: { existingProcessId: other },
    });
    expect(await audited(3)).toEqual([
      'RenameProcessDefinition refused',
      'RenameProcessDefinition refused',
      'RenameProcessDefinition succeeded',
    ]);
  });

  test('scheduling by command is refused with what to do instead', async () => {
    const id = await deploy('Scheduled', waiting('scheduled'));
    const answer = await app.ask(UpdateSchedulingInformationCommand, { processDefinitionId: id, schedulingEnabled: true });
    expect(answer).toMatchObject({ isSuccessful: false, statusCode: '40' });
    expect(answer.message).toContain('timer start event');
  });
});

describe('deleting definitions', () => {
  test('active instances are in the way, and are told', async () => {
    const id = await deploy('Busy', waiting('busy'));
    const guid = await start(id);
    const answer = await app.ask(DeleteProcessDefinitionCommand, { id });
    expect(answer).toMatchObject({
      isSuccessful: false,
      message: 'Cannot delete: Process has 1 active instance',
      statusCode: '40',
      data: {
        activeInstances: 1,
        instanceIds: [guid],
        instanceDetails: [{ instanceId: guid, status: 'ACTIVE', currentTask: 'Approve' }],
      },
    });
    expect(await audited(1)).toEqual(['DeleteProcessDefinition refused']);
  });

  test('with force they are cancelled first, each with its own entry', async () => {
    const id = await deploy('Forced', waiting('forced'));
    const guids = [await start(id), await start(id)];
    const answer = await app.ask(DeleteProcessDefinitionCommand, { id, force: true, comment: 'obsolete' });
    expect(answer).toMatchObject({
      isSuccessful: true,
      message: 'Process definition deleted successfully',
      data: { id, name: 'Forced', deletedInstances: 2 },
    });
    expect((await audited(3)).sort()).toEqual([
      'CancelProcessInstance succeeded',
      'CancelProcessInstance succeeded',
      'DeleteProcessDefinition succeeded',
    ]);
    for (const instanceGuid of guids) {
      expect(await app.ask(GetProcessInstanceStateCommand, { instanceGuid })).toMatchObject({ isSuccessful: false, data: null });
    }
    expect(await app.ask(StartProcessInstanceCommand, { id })).toMatchObject({ isSuccessful: false, statusCode: '404' });
  });

  test('who may not cancel instances cannot force the deletion', async () => {
    const id = await deploy('Guarded', waiting('guarded'));
    const guid = await start(id);
    const deployer = callerOf({ permissions: new Set(['definition:write']) });
    const answer = await app.ask(DeleteProcessDefinitionCommand, { id, force: true }, deployer);
    expect(answer).toMatchObject({ isSuccessful: false, data: { requiredPermission: 'instance:cancel' } });
    expect(await app.ask(GetProcessInstanceStateCommand, { instanceGuid: guid })).toMatchObject({ data: { status: 'waiting' } });
  });
});

describe('reading definitions', () => {
  test("another tenant's definition looks like none, for every command", async () => {
    const id = await deploy('Private', waiting('private'));
    const stranger = callerOf({ tenantId: 'rival' });
    const answers = [
      await app.ask(GetProcessDefinitionByIdQuery, { id }, stranger),
      await app.ask(GetProcessDefinitionXmlQuery, { id }, stranger),
      await app.ask(GetProcessBundleQuery, { processDefinitionId: id }, stranger),
      await app.ask(UpdateProcessDefinitionCommand, { id, description: 'mine' }, stranger),
      await app.ask(RenameProcessDefinitionCommand, { id, newName: 'Mine' }, stranger),
      await app.ask(DeleteProcessDefinitionCommand, { id, force: true }, stranger),
      await app.ask(StartProcessInstanceCommand, { id }, stranger),
    ];
    for (const answer of answers) {
      const expected = {
        isSuccessful: false,
        message: `Process definition with ID ${id} not found`,
        statusCode: '404',
        data: null,
      };
      expect(answer).toEqual(expected);
    }
  });

  test('a definition is told with its model, figures and elements', async () => {
    const bpmnXml = modelOf(processOf('figures', 'Figures', outsideTask('Check')));
    const id = await deploy('Figures', bpmnXml);
    await app.ask(StartProcessInstanceCommand, { id });
    const answer = await app.ask(GetProcessDefinitionByIdQuery, { id, includeXml: true, includeStatistics: true });
    expect(answer).toMatchObject({
      isSuccessful: true,
      data: {
        id,
        name: 'Figures',
        category: 'General',
        version: 1,
        createdBy: 'olga',
        updatedDate: null,
        bpmnXml,
        statistics: { totalInstances: 1, activeInstances: 0, completedInstances: 1, failedInstances: 0, successRate: 1 },
        elementCounts: { totalElements: 3, startEvents: 1, endEvents: 1, serviceTasks: 1, userTasks: 0, gateways: 0 },
      },
    });
    expect(await app.ask(GetProcessDefinitionXmlQuery, { id })).toMatchObject({ data: { version: 1, bpmnXml } });
    expect(await app.ask(GetProcessDefinitionXmlQuery, { id, version: 2 })).toMatchObject({ statusCode: '404' });
    expect(await app.ask(GetProcessBundleQuery, { processDefinitionId: id, includeInstances: true })).toMatchObject({
      data: {
        processDefinition: { id, bpmnXml },
        contextLoader: null,
        instances: [{ processKey: 'figures', status: 'completed' }],
      },
    });
  });

  test('definitions are listed page by page', async () => {
    for (const name of ['Page a', 'Page b', 'Page c']) await deploy(name, waiting(name.replace(' ', '_')));
    const answer = await app.ask(GetProcessDefinitionListQuery, { searchText: 'Page', pageSize: 2 });
    expect(answer).toMatchObject({
      data: {
        items: [{ name: 'Page a' }, { name: 'Page b', totalInstanceCount: 0 }],
        pageNumber: 1,
        pageSize: 2,
        totalPages: 2,
        totalRecords: 3,
        hasNextPage: true,
        hasPreviousPage: false,
      },
    });
  });
});
