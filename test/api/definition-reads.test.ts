import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { field, type ApiClient, type Data } from '../e2e/support/api-client.js';
import { handlerTask, model, sequence, timer, userTask } from '../e2e/support/models.js';
import { startTestServer, type TestServer } from '../e2e/support/test-server.js';

let server: TestServer;
let admin: ApiClient;

beforeAll(async () => {
  server = await startTestServer({ REPRISE_TEST_CLOCK: 'true' });
  admin = server.admin;
});

afterAll(async () => {
  await server?.close();
});

const idOf = async (xml: string, name?: string): Promise<number> => Number(field(await admin.deploy(xml, name), 'id'));

describe('a definition by its id', () => {
  const bpmnXml = sequence('figures', handlerTask('Task_Fail', 'reprise:fail-unless'), userTask('Task_Wait', 'Wait'));
  let id: number;
  beforeAll(async () => {
    id = await idOf(bpmnXml, 'Figures');
    await admin.start('figures');
    await admin.start('figures', { ok: true });
    const done = await admin.start('figures', { ok: true });
    await admin.cmd('SignalProcessInstance', { instanceGuid: done, action: 'approve' });
  });

  it('is told without its model, with its elements', async () => {
    const answer = await admin.cmd('GetProcessDefinitiionByIdQuery', { id: String(id) });
    expect(answer.data).toEqual({
      id,
      name: 'Figures',
      processKey: 'figures',
      description: '',
      category: 'General',
      version: 1,
      isActive: true,
      createdDate: expect.any(String),
      updatedDate: null,
      createdBy: expect.stringMatching(/^token:\d+:admin$/),
      updatedBy: null,
      triggerEvents: [],
      contextLoaderType: null,
      schedulingEnabled: false,
      metadata: {},
      elementCounts: {
        totalElements: 4,
        startEvents: 1,
        endEvents: 1,
        userTasks: 1,
        serviceTasks: 1,
        scriptTasks: 0,
        gateways: 0,
        subprocesses: 0,
        callActivities: 0,
      },
    });
  });

  it('is told with its model and the figures of its instances where asked for', async () => {
    const answer = await admin.cmd('GetProcessDefinitionById', { id, includeXml: true, includeStatistics: true });
    expect(answer.data).toMatchObject({
      bpmnXml,
      statistics: {
        totalInstances: 3,
        activeInstances: 2,
        completedInstances: 1,
        failedInstances: 1,
        averageDurationMinutes: expect.any(Number),
        successRate: 0.5,
      },
    });
  });

  it('is a model itself at the xml route, of any version', async () => {
    const newer = bpmnXml.replace('name="Wait"', 'name="Wait longer"');
    await admin.cmd('UpdateProcessDefinition', { id, bpmnXml: newer });
    const newest = await admin.raw(`/api/core/definitions/${id}/xml`);
    expect([newest.status, newest.headers['content-type'], newest.text]).toEqual([200, 'application/xml; charset=utf-8', newer]);
    expect((await admin.raw(`/api/core/definitions/${id}/xml?version=1`)).text).toBe(bpmnXml);
    expect(await admin.get(`/api/core/definitions/${id}/xml?version=3`)).toMatchObject({
      httpStatus: 200,
      statusCode: '404',
      data: { newestVersion: 2 },
    });
    expect(await admin.get('/api/core/definitions/987654/xml')).toMatchObject({ httpStatus: 200, statusCode: '404' });
  });

  it('comes as a bundle with its newest instances', async () => {
    const answer = await admin.cmd('GetProcessBundleQuery', {
      processDefinitionId: id,
      includeInstances: true,
      includeRelatedDefinitions: true,
    });
    expect(answer.data).toMatchObject({
      processDefinition: { id, bpmnXml: expect.stringContaining('<bpmn:definitions') },
      contextLoader: null,
      instances: [{ processKey: 'figures', status: 'completed' }, { status: 'waiting' }, { status: 'error' }],
      relatedDefinitions: [],
    });
    expect(await admin.cmd('GetProcessBundle', { processDefinitionId: 987_654 })).toMatchObject({ statusCode: '404' });
  });
});

describe('the list of definitions', () => {
  beforeAll(async () => {
    for (const [name, category] of [
      ['List b', 'x'],
      ['List a', 'y'],
      ['List c', 'y'],
    ] as const) {
      const bpmnXml = sequence(name.replace(' ', '_'), userTask('A', 'A'));
      await admin.cmd('CreateProcessDefinition', { name, category, bpmnXml, description: `Described ${category}` });
    }
  });

  const names = async (data: object): Promise<unknown[]> =>
    (field(await admin.cmd('GetProcessDefinitionList', { searchText: 'list', ...data }), 'items') as Data[]).map(
      ({ name }) => name,
    );

  it('is paged', async () => {
    const answer = await admin.cmd('GetProcessDefinitiionListQuery', { searchText: 'List', pageSize: 2, pageNumber: 2 });
    expect(answer.data).toMatchObject({
      items: [{ name: 'List c', activeInstanceCount: 0, totalInstanceCount: 0, triggerEvents: [], updatedDate: null }],
      pageNumber: 2,
      pageSize: 2,
      totalPages: 2,
      totalRecords: 3,
      hasNextPage: false,
      hasPreviousPage: true,
    });
    expect(await admin.cmd('GetProcessDefinitionList', { pageSize: 101 })).toMatchObject({ httpStatus: 400 });
  });

  it('is filtered and sorted', async () => {
    expect(await names({})).toEqual(['List a', 'List b', 'List c']);
    expect(await names({ sortDirection: 'desc' })).toEqual(['List c', 'List b', 'List a']);
    expect(await names({ sortBy: 'createdDate' })).toEqual(['List b', 'List a', 'List c']);
    expect(await names({ category: 'y' })).toEqual(['List a', 'List c']);
    expect(await names({ searchText: 'DESCRIBED Y' })).toEqual(['List a', 'List c']);
    expect(await names({ searchText: '%' })).toEqual([]);
    expect(await names({ isActive: false })).toEqual([]);
  });
});

describe('starting a definition', () => {
  it('takes its id, as number or text, or its key', async () => {
    const id = await idOf(sequence('start-me', userTask('A', 'A')));
    for (const data of [{ id }, { id: String(id) }, { processDefinitionId: id }, { processKey: 'start-me' }]) {
      expect((await admin.cmd('StartProcessInstance', data)).data).toMatchObject({ processDefinitionId: id, status: 'waiting' });
    }
  });

  it('is refused where there is none, and where it has no such version', async () => {
    const id = await idOf(sequence('one-version', userTask('A', 'A')));
    expect(await admin.cmd('StartProcessInstance', { id, version: 2 })).toMatchObject({
      httpStatus: 200,
      statusCode: '404',
      data: { newestVersion: 1 },
    });
    expect(await admin.cmd('StartProcessInstance', { processKey: 'nobody' })).toMatchObject({ statusCode: '404', data: null });
    expect(await admin.cmd('StartProcessInstance', {})).toMatchObject({ httpStatus: 400, statusCode: '40' });
  });
});

describe('a timer start event', () => {
  const timed = (key: string): string =>
    model(
      key,
      `<bpmn:startEvent id="S">${timer('timeCycle', 'R2/PT1H')}</bpmn:startEvent><bpmn:userTask id="A" name="A" />
       <bpmn:sequenceFlow id="F" sourceRef="S" targetRef="A" /><bpmn:endEvent id="E" /><bpmn:sequenceFlow id="G" sourceRef="A" targetRef="E" />`,
    );
  const started = async (processKey: string): Promise<unknown> =>
    field(await admin.cmd('GetProcessInstanceList', { processKey }), 'totalRecords');

  it('starts instances when it is due, until it has no firing left', async () => {
    await idOf(timed('hourly'));
    expect(await started('hourly')).toBe(0);
    await admin.cmd('AdvanceClock', { by: 'PT61M' });
    expect(await started('hourly')).toBe(1);
    await admin.cmd('AdvanceClock', { by: 'PT3H' });
    expect(await started('hourly')).toBe(2);
  });

  it('ends with the model that had it, and with the definition', async () => {
    const id = await idOf(timed('changed'));
    await admin.cmd('UpdateProcessDefinition', { id, bpmnXml: sequence('changed', userTask('A', 'A')) });
    const gone = await idOf(timed('gone'));
    await admin.cmd('DeleteProcessDefinition', { id: gone });
    await admin.cmd('AdvanceClock', { by: 'PT3H' });
    expect([await started('changed'), await started('gone')]).toEqual([0, 0]);
  });
});
