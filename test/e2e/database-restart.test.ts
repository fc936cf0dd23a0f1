import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { field } from './support/api-client.js';
import { handlerTask, httpTask, sequence, userTask } from './support/models.js';
import { ProcessServer } from './support/process-server.js';
import { succeeding, TestService } from './support/test-service.js';

let dataDir: string;
let server: ProcessServer;
let service: TestService;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'reprise-restart-'));
  [server, service] = await Promise.all([ProcessServer.start('', { REPRISE_DATA_DIR: dataDir }), new TestService().start()]);
  service.answers(succeeding());
}, 60_000);

afterAll(async () => {
  await server?.terminate();
  await service?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

async function databasePid(): Promise<number> {
  const text = await readFile(join(dataDir, 'postgres', 'data', 'postmaster.pid'), 'utf8');
  return Number(text.split('\n')[0]);
}

describe('an embedded PostgreSQL that is killed under load', () => {
  it('comes back by itself, the server stays up, and nothing acknowledged is lost', async () => {
    await server.admin.deploy(
      sequence('load', httpTask('Task_1', 'One'), handlerTask('Task_2', 'reprise:noop'), userTask('Task_Wait', 'Wait')),
    );
    const acknowledged: string[] = [];
    const refused = new Set<number>();
    let stop = false;
    const load = Array.from({ length: 8 }, async (_, client) => {
      for (let i = 0; !stop; i++) {
        const instanceGuid = `load-${client}-${i}`;
        const answer = await server.admin.cmd('StartProcessInstance', {
          processKey: 'load',
          instanceGuid,
          variables: { serviceUrl: service.url },
          waitMs: 0,
        });
        if (answer.isSuccessful) acknowledged.push(instanceGuid);
        else refused.add(answer.httpStatus);
        if (!answer.isSuccessful) await new Promise((resolve) => setTimeout(resolve, 20));
      }
    });
    await service.hasCalls(50);

    const killed = await databasePid();
    process.kill(killed, 'SIGQUIT');
    while ((await fetch(`${server.url}/health/ready`)).ok) await new Promise((resolve) => setTimeout(resolve, 5));
    while (!(await fetch(`${server.url}/health/ready`)).ok) await new Promise((resolve) => setTimeout(resolve, 20));
    const before = acknowledged.length;
    while (acknowledged.length < before + 50) await new Promise((resolve) => setTimeout(resolve, 20));
    stop = true;
    await Promise.all(load);

    expect(await databasePid()).not.toBe(killed);
    expect([...refused]).toEqual([503]);
    for (const guid of acknowledged) {
      const state = await server.admin.reaches(guid, 'waiting');
      expect(field(state, 'state.completedTasks')).toEqual(['StartEvent', 'Task_1', 'Task_2']);
    }
    expect((await server.admin.cmd('VerifyAuditTrailQuery')).data).toMatchObject({ valid: true });
  }, 120_000);
});
