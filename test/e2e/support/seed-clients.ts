/**
 * The client code of the page that the retry command comes from, as its users run it: untouched in what it sends and in
 * what it reads. Only waits, the address and the token are handed in.
 */
export interface SeedAnswer {
  readonly isSuccessful: boolean;
  readonly message: string;
  readonly statusCode: string;
  readonly data: Readonly<Record<string, unknown>> | null;
}

export type ClientFunctions = ReturnType<typeof clientFunctions>;

export function clientFunctions(url: string, token: string, tenant: string) {
  const post = async (cmd: string, data: object): Promise<SeedAnswer> => {
    const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${token}`, 'X-Tenant-ID': tenant };
    return fetch(`${url}/api/bpm/cmd`, { method: 'POST', headers, body: JSON.stringify({ cmd, data }) }).then(
      (r) => r.json() as Promise<SeedAnswer>,
    );
  };
  const retryFailedTask = (data: object): Promise<SeedAnswer> => post('RetryFailedTaskCommand', data);
  const skipFailedTask = (data: object): Promise<SeedAnswer> => post('SkipFailedTaskCommand', data);
  const getProcessState = (instanceGuid: string): Promise<SeedAnswer> => post('GetProcessInstanceStateCommand', { instanceGuid });

  async function variablesOf(instanceGuid: string): Promise<Readonly<Record<string, unknown>>> {
    const state = await getProcessState(instanceGuid);
    return (state.data as { state: { variables: Record<string, unknown> } }).state.variables;
  }

  async function retryWithFallback(instanceGuid: string, backupUrl: string): Promise<SeedAnswer> {
    const variables = (await variablesOf(instanceGuid)) as { retryAttempt?: number };
    if (variables.retryAttempt === undefined || variables.retryAttempt < 2) {
      return retryFailedTask({
        instanceGuid,
        updatedVariables: { retryAttempt: (variables.retryAttempt ?? 0) + 1, timeout: 15000 },
        comment: 'Retrying with increased timeout',
      });
    }
    if (variables.retryAttempt < 4) {
      return retryFailedTask({
        instanceGuid,
        updatedVariables: { apiEndpoint: backupUrl, retryAttempt: variables.retryAttempt + 1, timeout: 20000 },
        comment: 'Switching to backup endpoint',
      });
    }
    return skipFailedTask({ instanceGuid, comment: 'All retry attempts exhausted - manual intervention required' });
  }

  function classifyError(errorMessage: string): string {
    if (errorMessage.includes('timeout') || errorMessage.includes('ETIMEDOUT')) return 'NETWORK_TIMEOUT';
    if (errorMessage.includes('503') || errorMessage.includes('unavailable')) return 'SERVICE_UNAVAILABLE';
    if (errorMessage.includes('429') || errorMessage.includes('rate limit')) return 'RATE_LIMITED';
    if (errorMessage.includes('401') || errorMessage.includes('unauthorized')) return 'AUTHENTICATION_ERROR';
    if (errorMessage.includes('validation') || errorMessage.includes('invalid')) return 'INVALID_DATA';
    return 'UNKNOWN';
  }

  async function intelligentRetry(instanceGuid: string): Promise<SeedAnswer> {
    const state = await getProcessState(instanceGuid);
    const data = state.data as { status: string; error: { errorMessage: string } };
    if (data.status !== 'error') throw new Error('Process is not in error state');
    const errorType = classifyError(data.error.errorMessage);
    switch (errorType) {
      case 'AUTHENTICATION_ERROR':
        return retryFailedTask({ instanceGuid, updatedVariables: { authToken: 'refreshed' } });
      case 'INVALID_DATA':
      case 'LOGIC_ERROR':
        throw new Error(`Cannot retry ${errorType}: ${data.error.errorMessage}`);
      default:
        return retryFailedTask({ instanceGuid, comment: 'Unknown error type - single retry attempt' });
    }
  }

  async function retryIdempotently(instanceGuid: string): Promise<SeedAnswer> {
    const variables = await variablesOf(instanceGuid);
    const operationId = variables['operationId'] ?? crypto.randomUUID();
    return retryFailedTask({
      instanceGuid,
      updatedVariables: { operationId, retryTimestamp: new Date().toISOString() },
      comment: 'Retry with idempotency key',
    });
  }

  return {
    retryFailedTask,
    skipFailedTask,
    getProcessState,
    retryWithFallback,
    classifyError,
    intelligentRetry,
    retryIdempotently,
  };
}

export class RetryManager {
  constructor(
    private readonly client: ClientFunctions,
    private readonly delays: readonly number[],
  ) {}

  async retryWithBackoff(instanceGuid: string, maxRetries = 5): Promise<SeedAnswer> {
    for (let attempt = 0; attempt < maxRetries; attempt++) {
      if (attempt > 0) await this.sleep(this.delays[attempt - 1] ?? 0);
      const response = await this.client.retryFailedTask({
        instanceGuid,
        updatedVariables: { retryAttempt: attempt + 1, retryTimestamp: new Date().toISOString() },
        comment: `Retry attempt ${attempt + 1} of ${maxRetries}`,
      });
      if (response.isSuccessful) return response;
    }
    throw new Error(`All ${maxRetries} retry attempts failed`);
  }

  private sleep(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, ms));
  }
}

export class CircuitBreaker {
  state = 'CLOSED';
  private failures = 0;
  private nextAttempt = Date.now();

  constructor(
    private readonly client: ClientFunctions,
    private readonly maxFailures = 3,
    private readonly resetTimeout = 60000,
  ) {}

  async retry(instanceGuid: string): Promise<SeedAnswer> {
    if (this.state === 'OPEN') {
      if (Date.now() < this.nextAttempt) throw new Error('Circuit breaker is OPEN - retry not allowed yet');
      this.state = 'HALF_OPEN';
    }
    const response = await this.client.retryFailedTask({ instanceGuid });
    if (response.isSuccessful) {
      this.failures = 0;
      this.state = 'CLOSED';
      return response;
    }
    this.failures++;
    if (this.failures >= this.maxFailures) {
      this.state = 'OPEN';
      this.nextAttempt = Date.now() + this.resetTimeout;
    }
    throw new Error('Retry failed');
  }
}
