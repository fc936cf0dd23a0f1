/** Reprise without its HTTP: the built application in this process, driven through the command bus by its clients' commands. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { CommandBus } from '@nestjs/cqrs';
import { NestFactory } from '@nestjs/core';
import { AppModule } from '../dist/src/app.module.js';
import { CreateProcessDefinitionCommand } from '../dist/src/application/process-definitions/create-process-definition/create-process-definition.command.js';
import { StartProcessInstanceCommand } from '../dist/src/application/process-instances/start-process-instance/start-process-instance.command.js';
import { readConfig } from '../dist/src/config.js';
import { RunnerLifecycle } from '../dist/src/runner/runner-lifecycle.js';
import { prepareDatabase } from '../dist/src/storage/prepare-database.js';
import { measure, readTask } from './measure/measure.mjs';
import { ownCpuMs } from './measure/process-usage.mjs';
import { sampleVariables } from './measure/sample-variables.mjs';
import { readModel } from './reprise/models.mjs';

const task = readTask();
await prepareDatabase(task.databaseUrl, () => undefined);
const config = readConfig({
  DATABASE_URL: task.databaseUrl,
  REPRISE_HANDLERS: join(import.meta.dirname, 'reprise', 'handlers.mjs'),
});
const application = await NestFactory.createApplicationContext(AppModule.forRoot(config, task.databaseUrl), {
  logger: ['error', 'warn'],
});
const runner = application.get(RunnerLifecycle);
await runner.start(true);
const commands = application.get(CommandBus);

const definition = await execute(new CreateProcessDefinitionCommand({ bpmnXml: readModel('three-tasks') }, newCaller()));
await measure(task, runToEnd, { node: ownCpuMs, postgres: task.databaseCpuMs });
await runner.drain(1_000);
await application.close();
process.exit(0);

/** @param {number} index */
async function runToEnd(index) {
  const { status } = await execute(
    new StartProcessInstanceCommand(
      { id: definition.id, instanceGuid: `bench-${index}`, variables: sampleVariables(index) },
      newCaller(),
    ),
  );
  if (status !== 'completed') throw new Error(`Expected status 'completed', but got '${status}'`);
}

/** @param {import('@nestjs/cqrs').ICommand} command */
async function execute(command) {
  const { isSuccessful, message, data } = await commands.execute(command);
  if (!isSuccessful) throw new Error(`Expected success, but got: ${message} ${JSON.stringify(data)}`);
  return data;
}

/** Who asks, as the API would have found it. */
function newCaller() {
  return {
    tenantId: 'default',
    actor: { type: 'user', id: 'bench' },
    permissions: new Set(['*']),
    correlationId: randomUUID(),
    idempotencyKey: null,
  };
}
