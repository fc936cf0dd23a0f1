import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { field, type ApiClient } from './support/api-client.js';
import { catchEvent, flow, model, sequence, timer } from './support/models.js';
import { startTestServer, type TestServer } from './support/test-server.js';

jest.setTimeout(60_000);

let server: TestServer;
let admin: ApiClient;

beforeAll(async () => {
  server = await startTestServer();
  admin = server.admin;
  await admin.deploy(sequence('clock', catchEvent('Wait', timer('timeDuration', 'PT3S'))));
});

afterAll(() => server.close());

/** A split into many branches of one element each, and nothing after it. */
function fan(processId: string, branches: number, elementOf: (id: string) => string): string {
  const parts = Array.from({ length: branches }, (_, i) => elementOf(`B_${i}`) + flow(`F_${i}`, 'Fork', `B_${i}`));
  const fork = '<bpmn:startEvent id="StartEvent" /><bpmn:parallelGateway id="Fork" />';
  return model(processId, fork + flow('F', 'StartEvent', 'Fork') + parts.join(''));
}

/** How long after its start an instance that waits for three seconds has ended, in ms. */
async function clockTakes(): Promise<number> {
  const startedAt = Date.now();
  await admin.reaches(await admin.start('clock'), 'completed');
  return Date.now() - startedAt;
}

describe('beside an instance that', () => {
  it('multiplies its tokens without a wait, timers of others fire in time, and it stands in error soon', async () => {
    const ways = flow('a', 'StartEvent', 'M') + flow('b', 'M', 'G') + flow('c', 'G', 'M') + flow('d', 'G', 'M');
    const elements = '<bpmn:startEvent id="StartEvent" /><bpmn:exclusiveGateway id="M" /><bpmn:parallelGateway id="G" />';
    await admin.deploy(model('flood', elements + ways));
    const flood = await admin.start('flood', {}, { waitMs: 0 });

    expect(await clockTakes()).toBeLessThan(5_000);

    const state = await admin.reaches(flood, 'error');
    expect(state.data).toMatchObject({ error: { errorCode: 'STEP_LIMIT' } });
    expect(field(state, 'errors')).toHaveLength(1);
    expect(await admin.cmd('CancelProcessInstanceCommand', { instanceGuid: flood })).toMatchObject({ isSuccessful: true });
  });

  it('has 1,600 timers that are due at once, timers of others fire in time, and so do its own', async () => {
    const event = (id: string): string => catchEvent(id, timer('timeDuration', 'PT1S')).xml;
    await admin.deploy(fan('many-timers', 1_600, event));
    const busy = await admin.start('many-timers', {}, { waitMs: 0 });

    expect(await clockTakes()).toBeLessThan(5_000);

    expect((await admin.state(busy)).data).toMatchObject({ status: 'completed' });
  });
});

it('a split into 1,600 tasks goes on at once where one step is too small for it', async () => {
  await admin.deploy(fan('fan', 1_600, (id) => `<bpmn:task id="${id}" />`));
  const startedAt = Date.now();

  await admin.reaches(await admin.start('fan', {}, { waitMs: 0 }), 'completed');

  expect(Date.now() - startedAt).toBeLessThan(3_000);
});
