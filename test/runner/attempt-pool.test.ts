import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CreateProcessDefinitionCommand } from '../../src/application/process-definitions/create-process-definition/create-process-definition.command.js';
import { StartProcessInstanceCommand } from '../../src/application/process-instances/start-process-instance/start-process-instance.command.js';
import type { AttemptOutcome } from '../../src/connectors/connector.js';
import { ConnectorRegistry } from '../../src/connectors/connector-registry.js';
import type { JsonObject, JsonValue } from '../../src/engine/index.js';
import { ApplicationUnderTest } from '../application/support/application-under-test.js';
import { modelOf, processOf } from '../application/support/models.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
let app: ApplicationUnderTest;
let outcome: () => AttemptOutcome;

const task = {
  id: 'Task',
  xml: `<bpmn:serviceTask id="Task" name="Task"><bpmn:extensionElements><custom:properties>
    <custom:property name="ConnectorKey" value="hostile"/></custom:properties></bpmn:extensionElements></bpmn:serviceTask>`,
};

beforeAll(async () => {
  database = await createTestDatabase();
  app = await ApplicationUnderTest.start(database.url);
  app.get(ConnectorRegistry).register({ type: 'hostile', execute: () => Promise.resolve(outcome()) });
  await app.ask(CreateProcessDefinitionCommand, { bpmnXml: modelOf(processOf('hostile', 'hostile', task)) });
});
afterAll(async () => {
  await app.stop();
  await database.drop();
});

/** Explodes when it is looked at for the first time. */
function trap(): JsonObject {
  return Object.defineProperty({}, 'value', {
    enumerable: true,
    get: () => {
      throw new Error('the getter exploded');
    },
  });
}

const unreadable: [string, () => AttemptOutcome, string][] = [
  ['a result whose getter throws', () => ({ kind: 'completed', result: trap() }), 'the getter exploded'],
  ['variables whose getter throws', () => ({ kind: 'completed', result: null, variables: trap() }), 'the getter exploded'],
  ['details whose getter throws', () => ({ kind: 'failed', code: 'X', message: 'x', details: trap() }), 'the getter exploded'],
  ['a result that is no JSON', () => ({ kind: 'completed', result: 1n as unknown as JsonValue }), 'BigInt'],
  [
    'details that are no JSON',
    () => ({ kind: 'failed', code: 'X', message: 'x', details: { n: 1n } as unknown as JsonObject }),
    'BigInt',
  ],
  ['no outcome at all', () => undefined as unknown as AttemptOutcome, 'undefined'],
  [
    'a rejection that has no text',
    () => {
      throw Object.create(null) as Error;
    },
    'without a text',
  ],
];

describe('an attempt', () => {
  it.each(unreadable)('that ends with %s has failed, once, and the server goes on', async (what, ends, message) => {
    let executed = 0;
    outcome = () => {
      executed++;
      return ends();
    };

    const answer = await app.ask(StartProcessInstanceCommand, { processKey: 'hostile', instanceGuid: what, waitMs: 5_000 });

    const code = what.startsWith('a rejection') ? 'CONNECTOR_ERROR' : 'RESULT_NOT_STORABLE';
    expect(answer.data).toMatchObject({ status: 'error', error: { errorCode: code } });
    expect(JSON.stringify(answer.data)).toContain(message);
    expect(executed).toBe(1);
  });
});
