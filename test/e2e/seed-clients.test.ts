import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ApiClient } from './support/api-client.js';
import { httpTask, sequence, userTask } from './support/models.js';
import { CircuitBreaker, clientFunctions, RetryManager, type ClientFunctions } from './support/seed-clients.js';
import { failing, succeeding, TestService } from './support/test-service.js';
import { startTestServer, type TestServer } from './support/test-server.js';

let server: TestServer;
let service: TestService;
let backup: TestService;
let admin: ApiClient;
let client: ClientFunctions;

beforeAll(async () => {
  [server, service, backup] = await Promise.all([startTestServer(), new TestService().start(), new TestService().start()]);
  admin = server.admin;
  client = clientFunctions(server.url, admin.token, 'default');
  await admin.deploy(
    sequence(
      'loan',
      httpTask('Task_CreditCheck', 'Perform Credit Check', { Endpoint: '${apiEndpoint}' }),
      userTask('Task_Approval', 'Approval'),
    ),
  );
});

afterAll(async () => {
  await Promise.all([server?.close(), service?.stop(), backup?.stop()]);
});

beforeEach(() => {
  service.answers(failing());
  backup.answers(succeeding());
});

const start = (variables: object = {}): Promise<string> => admin.start('loan', { apiEndpoint: service.url, ...variables });

describe('the clients that users of the original API have written', () => {
  it('RetryManager backs off until the service is back', async () => {
    const guid = await start();
    const manager = new RetryManager(client, [5, 10, 20, 40]);
    let calls = 0;
    service.answers((call, response) => (++calls < 3 ? failing() : succeeding())(call, response));

    const response = await manager.retryWithBackoff(guid);

    expect(response).toMatchObject({ isSuccessful: true, data: { status: 'waiting', retriedTask: { previousAttempts: 3 } } });
    expect(response.data).toMatchObject({ state: { variables: { retryAttempt: 3 } } });
  });

  it('RetryManager gives up after its last attempt', async () => {
    const guid = await start();
    await expect(new RetryManager(client, [1, 1]).retryWithBackoff(guid, 3)).rejects.toThrow('All 3 retry attempts failed');
    expect((await admin.state(guid)).data).toMatchObject({ status: 'error', error: { attemptNumber: 4 } });
  });

  it('retryWithFallback raises the timeout, turns to the backup endpoint, and skips in the end', async () => {
    const guid = await start();
    backup.answers(failing(503, 'Backup is down too'));

    const answers = [];
    for (let i = 0; i < 5; i++) answers.push(await client.retryWithFallback(guid, backup.url));

    expect(answers.slice(0, 4).map((answer) => answer.message)).toEqual(Array.from({ length: 4 }, () => 'Task retry failed.'));
    expect(answers[4]).toMatchObject({
      isSuccessful: true,
      message: 'Task skipped successfully. Process waiting at next UserTask.',
    });
    expect(backup.calls).toHaveLength(2);
    const trail = await admin.trail(guid);
    expect(trail.filter((entry) => entry['action'] === 'RetryFailedTask').map((entry) => entry['comment'])).toEqual([
      'Retrying with increased timeout',
      'Retrying with increased timeout',
      'Switching to backup endpoint',
      'Switching to backup endpoint',
    ]);
  });

  it.each([
    ['SERVICE_UNAVAILABLE', failing(503, 'Credit bureau API still unavailable')],
    ['RATE_LIMITED', failing(429, 'Too many requests')],
    ['AUTHENTICATION_ERROR', failing(401, 'Token expired')],
    ['INVALID_DATA', failing(422, 'validation of the customer failed')],
  ])('classifyError reads %s from the error message', async (kind, behaviour) => {
    service.answers(behaviour);
    const state = await client.getProcessState(await start());
    expect(state.data).toMatchObject({ status: 'error' });
    expect(client.classifyError((state.data as { error: { errorMessage: string } }).error.errorMessage)).toBe(kind);
  });

  it('classifyError reads NETWORK_TIMEOUT from the message of a time-out', async () => {
    await admin.deploy(sequence('slow', httpTask('Task_Slow', 'Slow', { Endpoint: '${apiEndpoint}', TimeoutMs: '100' })));
    service.holds();
    const state = await client.getProcessState(await admin.start('slow', { apiEndpoint: service.url }));
    service.release();
    const { errorMessage } = (state.data as { error: { errorMessage: string } }).error;
    expect(errorMessage).toContain('Request timeout after 100 ms');
    expect(client.classifyError(errorMessage)).toBe('NETWORK_TIMEOUT');
  });

  it('intelligentRetry refuses to retry what a person must repair', async () => {
    service.answers(failing(422, 'validation of the customer failed'));
    await expect(client.intelligentRetry(await start())).rejects.toThrow('Cannot retry INVALID_DATA');
  });

  it('intelligentRetry refreshes the token and goes on', async () => {
    service.answers(failing(401, 'Token expired'));
    const guid = await start();
    service.answers(succeeding());
    expect(await client.intelligentRetry(guid)).toMatchObject({
      isSuccessful: true,
      data: { state: { variables: { authToken: 'refreshed' } } },
    });
  });

  it('CircuitBreaker opens after three failures, and closes when a trial succeeds', async () => {
    const guid = await start();
    const breaker = new CircuitBreaker(client, 3, 50);
    for (let i = 0; i < 3; i++) await expect(breaker.retry(guid)).rejects.toThrow('Retry failed');
    expect(breaker.state).toBe('OPEN');
    await expect(breaker.retry(guid)).rejects.toThrow('Circuit breaker is OPEN');
    const calls = service.calls.length;
    service.answers(succeeding());
    await new Promise((resolve) => setTimeout(resolve, 60));

    expect(await breaker.retry(guid)).toMatchObject({ isSuccessful: true });
    expect(breaker.state).toBe('CLOSED');
    expect(service.calls).toHaveLength(calls + 1);
  });

  it('retryIdempotently keeps its operation id over all attempts', async () => {
    const guid = await start();
    await client.retryIdempotently(guid);
    await client.retryIdempotently(guid);
    const trail = await admin.trail(guid);
    const changes = trail
      .filter((entry) => entry['action'] === 'RetryFailedTask')
      .map((entry) => JSON.stringify(entry['changes']));
    expect(changes[0]).toContain('/variables/operationId');
    expect(changes[1]).not.toContain('/variables/operationId');
  });
});
