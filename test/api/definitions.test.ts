import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { field, type ApiClient, type Data, type WireAnswer } from '../e2e/support/api-client.js';
import { flow, handlerTask, model, sequence, userTask } from '../e2e/support/models.js';
import { startTestServer, type TestServer } from '../e2e/support/test-server.js';

let server: TestServer;
let admin: ApiClient;

beforeAll(async () => {
  server = await startTestServer();
  admin = server.admin;
});

afterAll(async () => {
  await server?.close();
});

const waiting = (key: string): string => sequence(key, userTask('Task_Wait', 'Wait for it'));

async function idOf(deployed: Promise<WireAnswer>): Promise<number> {
  return Number(field(await deployed, 'id'));
}

/** Actions and outcomes about definitions, newest first. */
async function audited(action: string): Promise<readonly Data[]> {
  return field(await admin.cmd('GetAuditTrailQuery', { action: [action] }), 'items') as readonly Data[];
}

const INSTANT = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

describe('creating a definition', () => {
  it('answers with the definition, its processes and the warnings', async () => {
    const bpmnXml = model(
      'warned',
      `<bpmn:startEvent id="S" /><bpmn:endEvent id="E" />${flow('F', 'S', 'E')}
       <bpmn:task id="Alone" />${flow('G', 'Alone', 'E')}`,
      'Warned',
    );
    const answer = await admin.cmd('CreateProcessDefinitiionCommand', { bpmnXml, description: 'd', category: 'c' });
    expect(JSON.parse(answer.text)).toEqual({
      isSuccessful: true,
      message: 'Process definition created successfully',
      statusCode: '00',
      data: {
        id: expect.any(Number),
        processKey: 'warned',
        name: 'Warned',
        version: 1,
        isActive: true,
        createdAt: INSTANT,
        processes: [{ id: field(answer, 'id'), processKey: 'warned', name: 'Warned', version: 1 }],
        warnings: [{ elementId: 'Alone', line: expect.any(Number), rule: expect.any(String), message: expect.any(String) }],
      },
    });
  });

  it('deploys every process of the model, the first under the name asked for', async () => {
    const [second = ''] = /<bpmn:process.*<\/bpmn:process>/s.exec(sequence('second', handlerTask('B', 'reprise:noop'))) ?? [];
    const renamed = second.replaceAll(/"(StartEvent|EndEvent|Flow_\d)"/g, '"$1_2"');
    const bpmnXml = waiting('first').replace('</bpmn:definitions>', `${renamed}</bpmn:definitions>`);
    const answer = await admin.cmd('CreateProcessDefinition', { name: 'Asked for', bpmnXml });
    expect(answer).toMatchObject({
      isSuccessful: true,
      data: {
        processKey: 'first',
        name: 'Asked for',
        processes: [
          { processKey: 'first', name: 'Asked for', version: 1 },
          { processKey: 'second', name: 'second', version: 1 },
        ],
      },
    });
    expect(field(await admin.cmd('StartProcessInstance', { processKey: 'second' }), 'status')).toBe('completed');
  });

  it('of the same model under the same name is the same version', async () => {
    const first = await admin.deploy(waiting('same'), 'Same');
    const again = await admin.deploy(waiting('same'), 'Same');
    expect(again.data).toMatchObject({ id: field(first, 'id'), version: 1, unchanged: true });
    expect(first.data).not.toHaveProperty('unchanged');
  });

  it('is refused with everything that is wrong in the model', async () => {
    const bpmnXml = model(
      'bad',
      `<bpmn:startEvent id="S" />\n<bpmn:serviceTask id="T" />\n<bpmn:transaction id="X" />\n<bpmn:endEvent id="E" />
       ${flow('F', 'S', 'T')}${flow('G', 'T', 'X')}${flow('H', 'X', 'E')}${flow('I', 'X', 'Nowhere')}`,
    );
    const answer = await admin.cmd('CreateProcessDefinition', { bpmnXml });
    expect(answer).toMatchObject({ httpStatus: 200, isSuccessful: false, statusCode: '40' });
    const errors = field(answer, 'errors') as readonly Data[];
    expect(new Set(errors.map((error) => error['elementId']))).toEqual(new Set(['T', 'X', 'I']));
    for (const error of errors) {
      expect(error).toEqual({
        elementId: expect.any(String),
        line: expect.any(Number),
        column: expect.any(Number),
        rule: expect.any(String),
        message: expect.any(String),
        hint: expect.any(String),
      });
    }
    expect(errors.find(({ elementId }) => elementId === 'X')).toMatchObject({ line: 7 });
    expect((await audited('CreateProcessDefinition'))[0]).toMatchObject({ outcome: 'refused' });
  });

  it.each([
    ['no XML', 'nonsense'],
    ['XML that ends too soon', '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL">'],
    ['XML of something else', '<html />'],
  ])('is refused for %s', async (_what, bpmnXml) => {
    const answer = await admin.cmd('CreateProcessDefinition', { bpmnXml });
    expect(answer).toMatchObject({ httpStatus: 200, isSuccessful: false, statusCode: '40' });
    expect(field(answer, 'errors')).toEqual([expect.objectContaining({ message: expect.any(String) })]);
  });

  it('is refused for a name that is taken, and for a blank one', async () => {
    const id = await idOf(admin.deploy(waiting('taken'), 'Taken'));
    expect(await admin.cmd('CreateProcessDefinition', { name: 'Taken', bpmnXml: waiting('other') })).toMatchObject({
      httpStatus: 200,
      isSuccessful: false,
      statusCode: '40',
      data: { existingProcessId: id, suggestion: expect.stringContaining(`definition ${id}`) },
    });
    expect(await admin.cmd('CreateProcessDefinition', { name: ' ', bpmnXml: waiting('blank') })).toMatchObject({
      httpStatus: 200,
      statusCode: '40',
      data: null,
    });
  });

  it('is refused with triggerEvents, which are not available yet', async () => {
    const answer = await admin.cmd('CreateProcessDefinition', { bpmnXml: waiting('events'), triggerEvents: ['LoanCreated'] });
    expect(answer).toMatchObject({ httpStatus: 200, isSuccessful: false, statusCode: '40', data: null });
    expect(answer.message).toContain('triggerEvents is not available yet');
    expect(await admin.cmd('StartProcessInstance', { processKey: 'events' })).toMatchObject({ statusCode: '404' });
  });

  it('is 400 without a model', async () => {
    const answer = await admin.cmd('CreateProcessDefinition', { name: 'Nothing' });
    expect(answer).toMatchObject({ httpStatus: 400, statusCode: '40' });
    expect(field(answer, 'errors')).toEqual([{ field: 'data.bpmnXml', code: 'required', message: 'bpmnXml is required' }]);
  });
});

describe('updating a definition', () => {
  it('with another model makes a version: instances stay on theirs, new ones use the newest', async () => {
    const id = await idOf(admin.deploy(waiting('versions'), 'Versions'));
    const old = await admin.start('versions');
    const bpmnXml = sequence('versions', userTask('Task_Review', 'Review'), userTask('Task_Wait', 'Wait'));

    const answer = await admin.cmd('UpdateProcessDefinitiionCommand', { id, bpmnXml, description: 'longer' });

    expect(answer).toMatchObject({
      isSuccessful: true,
      message: 'Process definition updated successfully',
      statusCode: '00',
      data: {
        id,
        version: 2,
        previousVersion: 1,
        activeInstances: 1,
        warningMessage: expect.stringContaining('1 active instance'),
      },
    });
    expect((await admin.state(old)).data).toMatchObject({ definitionVersion: 1, currentActivityId: 'Task_Wait' });
    const young = await admin.start('versions');
    expect((await admin.state(young)).data).toMatchObject({ definitionVersion: 2, currentActivityId: 'Task_Review' });
    const pinned = await admin.start('versions', {}, { version: 1 });
    expect((await admin.state(pinned)).data).toMatchObject({ definitionVersion: 1, currentActivityId: 'Task_Wait' });
    const end = await admin.cmd('SignalProcessInstance', { instanceGuid: old, action: 'approve' });
    expect(field(end, 'status')).toBe('completed');
    expect((await audited('UpdateProcessDefinition'))[0]).toMatchObject({
      outcome: 'succeeded',
      processKey: 'versions',
      changes: expect.arrayContaining([{ path: '/version', before: 1, after: 2 }]),
    });
  });

  it('without a model changes the rest and keeps the version', async () => {
    const id = await idOf(admin.deploy(waiting('rest'), 'Rest'));
    const answer = await admin.cmd('UpdateProcessDefinition', { id, category: 'Lending', metadata: { author: 'olga' } });
    expect(answer.data).toMatchObject({ version: 1, previousVersion: 1, activeInstances: 0, warningMessage: null });
    expect((await admin.cmd('GetProcessDefinitionById', { id })).data).toMatchObject({
      category: 'Lending',
      metadata: { author: 'olga' },
      name: 'Rest',
    });
  });

  it.each([
    ['a model that cannot run', { bpmnXml: '<html />' }, { errors: [expect.anything()] }],
    ['a model without its process', { bpmnXml: sequence('x1', userTask('A', 'A')).replace('</bpmn:definitions>', '') }, {}],
    ['a blank name', { name: '' }, null],
    ['triggerEvents', { triggerEvents: ['x'] }, null],
  ])('is refused for %s, and nothing changes', async (what, changes, data) => {
    const id = await idOf(admin.deploy(waiting('unmoved'), `Unmoved by ${what}`));
    const answer = await admin.cmd('UpdateProcessDefinition', { id, description: 'changed', ...changes });
    expect(answer).toMatchObject({ httpStatus: 200, isSuccessful: false, statusCode: '40', data });
    expect((await admin.cmd('GetProcessDefinitionById', { id })).data).toMatchObject({ version: 1, description: '' });
  });

  it('switches starts off and on', async () => {
    const id = await idOf(admin.deploy(waiting('switched'), 'Switched'));
    await admin.cmd('UpdateProcessDefinition', { id, isActive: false });
    expect(await admin.cmd('StartProcessInstance', { id })).toMatchObject({
      httpStatus: 200,
      isSuccessful: false,
      message: expect.stringContaining('not active'),
    });
    await admin.cmd('UpdateProcessDefinition', { id, isActive: true });
    expect(await admin.cmd('StartProcessInstance', { id })).toMatchObject({ isSuccessful: true });
  });
});

describe('renaming a definition', () => {
  it('keeps the version', async () => {
    const id = await idOf(admin.deploy(waiting('old-name'), 'Old'));
    expect(await admin.cmd('RenameProcessDefinitiionCommand', { id, newName: 'New' })).toMatchObject({
      isSuccessful: true,
      message: 'Process definition renamed successfully',
      data: { id, oldName: 'Old', newName: 'New', version: 1, versionUnchanged: true },
    });
  });

  it('is refused for a name that is taken, a blank one and an unknown definition', async () => {
    const [one, other] = [await idOf(admin.deploy(waiting('one'), 'One')), await idOf(admin.deploy(waiting('other'), 'Other'))];
    expect(await admin.cmd('RenameProcessDefinition', { id: one, newName: 'Other' })).toMatchObject({
      statusCode: '40',
      data: { existingProcessId: other, suggestion: expect.any(String) },
    });
    expect(await admin.cmd('RenameProcessDefinition', { id: one, newName: '  ' })).toMatchObject({
      statusCode: '40',
      data: null,
    });
    expect(await admin.cmd('RenameProcessDefinition', { id: 999_999, newName: 'X' })).toMatchObject({
      httpStatus: 200,
      isSuccessful: false,
      message: 'Process definition with ID 999999 not found',
      statusCode: '404',
    });
  });
});
