import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { CreateProcessDefinitionCommand } from '../../../src/application/process-definitions/create-process-definition/create-process-definition.command.js';
import { StartProcessInstanceCommand } from '../../../src/application/process-instances/start-process-instance/start-process-instance.command.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';
import { ApplicationUnderTest, callerOf } from '../support/application-under-test.js';
import { modelOf, processOf, userTask } from '../support/models.js';

// A thousand steps, beside other work on the machine.
jest.setTimeout(30_000);

const STORM = 1_000;

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

test('a tenant that starts one instance does not wait for the thousand that another has queued', async () => {
  const [storm, calm] = [callerOf({ tenantId: 'storm' }), callerOf({ tenantId: 'calm' })];
  const model = { bpmnXml: modelOf(processOf('approval', 'approval', userTask('First'))) };
  await app.ask(CreateProcessDefinitionCommand, model, storm);
  await app.ask(CreateProcessDefinitionCommand, model, calm);
  await app.ask(StartProcessInstanceCommand, { processKey: 'approval' }, calm);
  let ended = 0;
  const start = { processKey: 'approval', waitMs: 0 };
  const queued = Array.from({ length: STORM }, () => app.ask(StartProcessInstanceCommand, start, storm).then(() => ended++));
  await queued[0]; // All of them are in the queue by then.
  const endedBefore = ended;

  const answer = await app.ask(StartProcessInstanceCommand, start, calm);

  expect(answer).toMatchObject({ isSuccessful: true });
  // The batches under way, and its own.
  expect(ended - endedBefore).toBeLessThan(400);
  expect(STORM - endedBefore).toBeGreaterThan(500);
  await Promise.all(queued);
});
