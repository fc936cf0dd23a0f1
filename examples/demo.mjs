// `npm run demo`: a server, a credit bureau that is down, some processes that failed because of it, and what to try.
// With REPRISE_URL and REPRISE_TOKEN it uses a server of yours (it must run with REPRISE_HTTP_ALLOW_PRIVATE=true).
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { startCreditBureau } from './credit-bureau.mjs';
import { command, freePort, useServer } from './start-server.mjs';

const DATA_DIR = process.env.REPRISE_DATA_DIR ?? fileURLToPath(new URL('../.reprise/demo', import.meta.url));

/** Instances of an earlier demo that have moved on. */
const moved = [];
const bureau = await startCreditBureau({ port: await freePort(4010) });
const server = await useServer(DATA_DIR);

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

/** @param {string} name @param {string} file */
async function deploy(name, file) {
  const bpmnXml = await readFile(new URL(file, import.meta.url), 'utf8');
  const answer = await command(server, 'CreateProcessDefinitionCommand', { name, bpmnXml });
  if (!answer.isSuccessful) throw new Error(`${name} could not be deployed: ${answer.message}`);
}

/** @param {string} processKey @param {string} instanceGuid @param {object} variables */
async function start(processKey, instanceGuid, variables) {
  const { message, data } = await command(server, 'StartProcessInstanceCommand', { processKey, instanceGuid, variables });
  if (!data) throw new Error(`${instanceGuid} could not be started: ${message}`);
  if (data.status !== 'error') moved.push(instanceGuid);
  process.stdout.write(`  ${instanceGuid.padEnd(18)} ${data.status.padEnd(10)} ${data.error?.errorMessage ?? ''}\n`);
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
