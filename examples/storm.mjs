// One failure or thousands: node examples/storm.mjs [--instances 5000]
// A credit bureau dies under loan applications, their failures are one group, it returns, and a batch repairs all of them.
import { rmSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startFailingService } from './retries/failing-service.mjs';
import { command, useServer } from './start-server.mjs';

const AT_ONCE = 32;
const { values } = parseArgs({ options: { instances: { type: 'string', default: '5000' } } });
const instances = Number(values.instances);
if (!Number.isInteger(instances) || instances < 1) {
  process.stderr.write(`Expected --instances to be a whole number from 1, but got ${values.instances}\n`);
  process.exit(2);
}

let isDead = true;
const bureau = await startFailingService(() => (isDead ? 503 : 200));
const server = await useServer(process.env.REPRISE_DATA_DIR ?? (await temporaryFolder()));
try {
  await run();
} finally {
  bureau.close();
  server.stop?.();
}

async function run() {
  const bpmnXml = await readFile(new URL('loan-application.bpmn', import.meta.url), 'utf8');
  const { id } = await done('CreateProcessDefinitionCommand', { name: `Storm ${Date.now()}`, bpmnXml });
  say(`The credit bureau is dead. ${instances} loan applications need it ...`);
  await each(instances, (i) =>
    done('StartProcessInstanceCommand', {
      id,
      variables: { loanId: i + 1, customerId: i + 1, amount: 25_000, creditBureauUrl: bureau.url },
    }),
  );

  const { items: groups } = await done('GetFailureGroupsQuery', { processDefinitionId: id });
  say(`${groups.length === 1 ? 'One cause' : `${groups.length} causes`} for ${sum(groups)} failures:`);
  for (const { count, activityId, errorCode, pattern } of groups) say(`  ${count} x ${activityId} ${errorCode}: ${pattern}`);
  const [group] = groups;
  await done('UpdateFailureGroupCommand', {
    groupId: group.groupId,
    state: 'acknowledged',
    owner: 'you',
    note: 'bureau is down',
  });

  isDead = false;
  const plan = { kind: 'retry', failureGroup: group.groupId, parameters: { updatedVariables: { bureauOutage: true } } };
  const preview = await done('PreviewBatchQuery', plan);
  say(`The bureau is back. A preview of the batch: ${preview.total} items, ${preview.willBeRefused} of them would be refused.`);
  const { batchId } = await done('StartBatchCommand', {
    ...plan,
    canary: 20,
    expectedItems: preview.total,
    reason: 'The credit bureau is back',
  });
  const batch = await watch(batchId);
  say(`The batch is ${batch.status}; its canaries have ${batch.canary.state}. What became of its items:`);
  for (const [state, count] of Object.entries(batch.counts)) if (count > 0) say(`  ${count} ${state}`);

  const total = Object.values(batch.counts).reduce((all, count) => all + count, 0);
  const lines = (await report(batchId)).trim().split('\r\n').length - 1;
  const { items: left } = await done('GetFailureGroupsQuery', { processDefinitionId: id });
  say(`They add up to ${total} of ${batch.total}; the report has ${lines} lines; ${sum(left)} failures are left.`);
  const { valid, checkedEntries } = await done('VerifyAuditTrailQuery', {});
  say(`The audit trail is ${valid ? 'intact' : 'NOT INTACT'}: ${checkedEntries} entries checked.`);
  if (batch.counts.recovered !== instances || total !== instances || lines !== instances || left.length > 0 || !valid) {
    process.exitCode = 1;
  }
}

/** @param {string} batchId */
async function watch(batchId) {
  for (;;) {
    const batch = await done('GetBatchQuery', { batchId });
    const { ended, percent, perSecond, remainingMs } = batch.progress;
    const rest = remainingMs === null ? '' : `, ${Math.ceil(remainingMs / 1_000)} s to go`;
    say(`  ${ended} of ${batch.total} (${percent} %), ${perSecond ?? 0} per s${rest}`);
    if (batch.status !== 'running') return batch;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** @param {string} batchId The report as CSV, one line for each item. */
async function report(batchId) {
  const headers = { authorization: `Bearer ${server.token}`, 'x-tenant-id': 'default', accept: 'text/csv' };
  return (await fetch(`${server.url}/api/core/batches/${batchId}/report`, { headers })).text();
}

/** @param {string} cmd @param {object} data */
async function done(cmd, data) {
  const answer = await command(server, cmd, data);
  if (!answer.isSuccessful) throw new Error(`${cmd}: ${answer.message}`);
  return answer.data;
}

/** @param {number} count @param {(i: number) => Promise<unknown>} deed */
async function each(count, deed) {
  let next = 0;
  const client = async () => {
    while (next < count) await deed(next++);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, count) }, client));
}

/** @param {{ count: number }[]} groups */
function sum(groups) {
  return groups.reduce((all, { count }) => all + count, 0);
}

async function temporaryFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'reprise-storm-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

/** @param {string} line */
function say(line) {
  process.stdout.write(`${line}\n`);
}
