// Shows how the retry examples behave: node examples/retries/run.mjs [coflux|temporal|mechanic|valohai|retry-failed-task] [--slow]
// The waits are a thousandth of what the models say, unless --slow asks for the real ones.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { command, useServer } from '../start-server.mjs';
import { faster } from './faster.mjs';

const NAMES = ['coflux', 'temporal', 'mechanic', 'valohai', 'retry-failed-task'];
const isSlow = process.argv.includes('--slow');
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const unknown = wanted.filter((name) => !NAMES.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`Expected some of ${NAMES.join(', ')}, but got ${unknown.join(', ')}\n`);
  process.exit(2);
}

/** How often each instance has called. @type {Map<string, number>} */
const calls = new Map();
const service = createServer((request, response) => {
  const guid = String(request.headers['idempotency-key']).split(':')[0] ?? '';
  calls.set(guid, (calls.get(guid) ?? 0) + 1);
  request.resume();
  response.writeHead(503, { 'content-type': 'application/json' }).end('{"message":"The service is unavailable"}');
});
await new Promise((resolve) => service.listen(0, '127.0.0.1', () => resolve(undefined)));
const address = /** @type {import('node:net').AddressInfo} */ (service.address());
const serviceUrl = `http://127.0.0.1:${address.port}`;
const server = await useServer(process.env.REPRISE_DATA_DIR ?? fileURLToPath(new URL('../../.reprise/retries', import.meta.url)));

for (const name of wanted.length > 0 ? wanted : NAMES) {
  const xml = await readFile(new URL(`${name}.bpmn`, import.meta.url), 'utf8');
  const deployed = await command(server, 'CreateProcessDefinitionCommand', { name, bpmnXml: isSlow ? xml : faster(xml) });
  if (!deployed.isSuccessful) throw new Error(`${name} could not be deployed: ${JSON.stringify(deployed)}`);
  for (const { processKey } of deployed.data.processes) await show(processKey);
}
service.close();
service.closeAllConnections();
server.stop?.();

/** Starts an instance against the service that is down, and tells each of its attempts. @param {string} processKey */
async function show(processKey) {
  const variables = { serviceUrl, apiEndpoint: serviceUrl, backupEndpoint: `${serviceUrl}/backup`, authToken: 'old' };
  const { data } = await command(server, 'StartProcessInstanceCommand', { processKey, variables, waitMs: 0 });
  process.stdout.write(`\n${processKey} (${data.instanceGuid})\n`);
  const limit = Date.now() + (isSlow ? 3_600_000 : 5_000);
  let told = 0;
  for (;;) {
    const { data: state } = await command(server, 'GetProcessInstanceStateCommand', { instanceGuid: data.instanceGuid });
    for (const { attempt, outcome, errorMessage, decision, decisionReason, startedAt } of state.attempts.slice(told)) {
      const seconds = ((Date.parse(startedAt) - Date.parse(state.attempts[0].startedAt)) / 1_000).toFixed(3);
      process.stdout.write(
        `  t+${seconds.padStart(8)} s  attempt ${attempt}  ${outcome}  ${errorMessage ?? ''}  -> ${decision ?? ''} (${decisionReason ?? ''})\n`,
      );
    }
    told = state.attempts.length;
    if (!['running'].includes(state.status)) return process.stdout.write(`  = ${state.status}\n`);
    if (Date.now() > limit) return process.stdout.write('  ... and so on\n');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
