// `npm run demo`: a server, a credit bureau that is down, some processes that failed because of it, and what to try.
// With REPRISE_URL and REPRISE_TOKEN it uses a server of yours (it must run with REPRISE_HTTP_ALLOW_PRIVATE=true).
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { startCreditBureau } from './credit-bureau.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DATA_DIR = process.env.REPRISE_DATA_DIR ?? `${ROOT}.reprise/demo`;

/** Instances of an earlier demo that have moved on. */
const moved = [];
const bureau = await startCreditBureau({ port: await freePort(4010) });
const server = process.env.REPRISE_URL
  ? { url: process.env.REPRISE_URL, token: process.env.REPRISE_TOKEN ?? '' }
  : await startServer();

await deploy('Loan Application', 'loan-application.bpmn');
await deploy('KYC Verification', 'kyc-verification.bpmn');
await deploy('Payment', 'payment.bpmn');
await start('loan-application', 'loan-app-2024-001', {
  loanId: 789,
  customerId: 456,
  amount: 25_000,
  creditBureauUrl: bureau.url,
});
await start('loan-application', 'loan-app-2024-002', {
  loanId: 790,
  customerId: 457,
  amount: 8_000,
  creditBureauUrl: bureau.url,
});
await start('kyc-verification', 'kyc-process-456', { customerId: 456, apiEndpoint: `${bureau.url}/verify` });
await start('payment', 'payment-789', { paymentId: 789, amount: 120, paymentServiceUrl: bureau.url });
explain();

/** @param {string} cmd @param {object} data */
async function command(cmd, data) {
  const response = await fetch(`${server.url}/api/core/cmd`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${server.token}`, 'x-tenant-id': 'default' },
    body: JSON.stringify({ cmd, data }),
  });
  return await response.json();
}

/** @param {string} name @param {string} file */
async function deploy(name, file) {
  const bpmnXml = await readFile(new URL(file, import.meta.url), 'utf8');
  const answer = await command('CreateProcessDefinitionCommand', { name, bpmnXml });
  if (!answer.isSuccessful) throw new Error(`${name} could not be deployed: ${answer.message}`);
}

/** @param {string} processKey @param {string} instanceGuid @param {object} variables */
async function start(processKey, instanceGuid, variables) {
  const { message, data } = await command('StartProcessInstanceCommand', { processKey, instanceGuid, variables });
  if (!data) throw new Error(`${instanceGuid} could not be started: ${message}`);
  if (data.status !== 'error') moved.push(instanceGuid);
  process.stdout.write(`  ${instanceGuid.padEnd(18)} ${data.status.padEnd(10)} ${data.error?.errorMessage ?? ''}\n`);
}

/** The server of this checkout, on its own data directory. */
async function startServer() {
  const port = await freePort(Number(process.env.PORT ?? 3000));
  const env = {
    ...process.env,
    PORT: String(port),
    REPRISE_DATA_DIR: DATA_DIR,
    REPRISE_HTTP_ALLOW_PRIVATE: 'true',
    LOG_LEVEL: 'error',
  };
  const child = spawn(process.execPath, ['--max-semi-space-size=32', '--heap-growing-percent=200', `${ROOT}scripts/start.mjs`], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.stdout.resume();
  child.once('exit', (code) => process.exit(code ?? 1));
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.once(signal, () => child.kill(signal));
  process.stdout.write('Starting Reprise with an embedded PostgreSQL (the first time takes a little longer) ...\n');
  const url = `http://127.0.0.1:${port}`;
  while (!(await fetch(`${url}/health/ready`).catch(() => null))?.ok) await new Promise((resolve) => setTimeout(resolve, 100));
  return { url, token: (process.env.REPRISE_ADMIN_TOKEN ?? (await readFile(`${DATA_DIR}/admin-token`, 'utf8'))).trim() };
}

/** @param {number} wanted @returns {Promise<number>} that port where it is free, else any */
function freePort(wanted) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(freePort(0)));
    probe.listen(wanted, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (probe.address());
      probe.close(() => resolve(port));
    });
  });
}

function explain() {
  const curl = (/** @type {object} */ body) =>
    `curl -s ${server.url}/api/core/cmd -H "Authorization: Bearer $TOKEN" -H 'X-Tenant-ID: default' \\\n    -H 'Content-Type: application/json' -d '${JSON.stringify(body)}'`;
  const retry = (/** @type {object} */ data) => curl({ cmd: 'RetryFailedTaskCommand', data });
  const standing =
    moved.length === 0
      ? 'so all of them stand in error'
      : `but ${moved.join(', ')} moved on in an earlier demo (rm -r ${DATA_DIR} to begin afresh)`;
  process.stdout.write(`
The credit bureau answers 503, ${standing}. Try, in another terminal:

  export TOKEN=${server.token}

1. Retry while the bureau is still down: it fails again, and the answer says what can be done next.
  ${retry({ instanceGuid: 'payment-789', comment: 'Service temporarily unavailable - retrying immediately' })}

2. Let the bureau come back, and retry with corrected variables: the loan goes on to its approval.
  curl -s -X POST ${bureau.url}/up
  ${retry({ instanceGuid: 'loan-app-2024-001', updatedVariables: { timeout: 30_000, retryAttempt: 2 }, comment: 'Network timeout on first attempt - increasing timeout to 30s' })}

3. Retry with a backup endpoint:
  ${retry({ instanceGuid: 'kyc-process-456', updatedVariables: { apiEndpoint: `${bureau.url}/backup/verify`, retryReason: 'primary_endpoint_unavailable' }, comment: 'Primary API endpoint down - retrying with backup endpoint' })}

4. Skip with a stated result, or cancel:
  ${curl({ cmd: 'SkipFailedTaskCommand', data: { instanceGuid: 'loan-app-2024-002', additionalData: { creditScore: 640 }, comment: 'Score read from the paper file' } })}
  ${curl({ cmd: 'CancelProcessInstanceCommand', data: { instanceGuid: 'payment-789', reason: 'Customer withdrew' } })}

5. Approve the loan:
  ${curl({ cmd: 'SignalProcessInstanceCommand', data: { instanceGuid: 'loan-app-2024-001', action: 'approve' } })}

6. Who did what, and what came of it:
  curl -s '${server.url}/api/core/audit?pageSize=20' -H "Authorization: Bearer $TOKEN" -H 'X-Tenant-ID: default'

API documentation: ${server.url}/api/docs      Stop: Ctrl-C
`);
}
