import request, { type Response } from 'supertest';

/** An answer as it came over the wire. */
export interface WireAnswer {
  readonly httpStatus: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly isSuccessful: boolean;
  readonly message: string;
  readonly statusCode: string;
  readonly data: Data | null;
}

export type Data = Readonly<Record<string, unknown>>;

/** A value inside an answer's data: `field(answer, 'error.attemptNumber')`; undefined where there is none. */
export function field(answer: WireAnswer, path: string): unknown {
  let value: unknown = answer.data;
  for (const key of path.split('.')) value = typeof value === 'object' && value !== null ? (value as Data)[key] : undefined;
  return value;
}

/** A client of the command endpoint, as a user would write it. */
export class ApiClient {
  constructor(
    readonly url: string,
    readonly token: string,
    readonly tenant = 'default',
  ) {}

  async cmd(name: string, data: object = {}, headers: Readonly<Record<string, string>> = {}): Promise<WireAnswer> {
    return this.post({ cmd: name, data }, headers);
  }

  async post(body: object | string, headers: Readonly<Record<string, string>> = {}): Promise<WireAnswer> {
    return read(await request(this.url).post('/api/core/cmd').set(this.headers(headers)).send(body));
  }

  async get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<WireAnswer> {
    return read(await request(this.url).get(path).set(this.headers(headers)));
  }

  async raw(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    return request(this.url).get(path).set(this.headers(headers));
  }

  /** Deploys a model; the test fails with the reasons where it is refused. */
  async deploy(bpmnXml: string, name?: string): Promise<WireAnswer> {
    const answer = await this.cmd('CreateProcessDefinitionCommand', { ...(name === undefined ? {} : { name }), bpmnXml });
    if (!answer.isSuccessful) throw new Error(`Expected the model to be deployed, but: ${answer.text}`);
    return answer;
  }

  /** Starts an instance and gives its guid; the test fails where it cannot be started. */
  async start(processKey: string, variables: object = {}, more: object = {}): Promise<string> {
    const answer = await this.cmd('StartProcessInstanceCommand', { processKey, variables, ...more });
    if (!answer.isSuccessful) throw new Error(`Expected '${processKey}' to be started, but: ${answer.text}`);
    return String(answer.data?.['instanceGuid']);
  }

  async state(instanceGuid: string): Promise<WireAnswer> {
    return this.cmd('GetProcessInstanceStateCommand', { instanceGuid });
  }

  /** Asks until the instance has this status; the test fails after ten seconds. */
  async reaches(instanceGuid: string, status: string): Promise<WireAnswer> {
    const deadline = Date.now() + 10_000;
    for (;;) {
      const answer = await this.state(instanceGuid);
      if (answer.data?.['status'] === status) return answer;
      if (Date.now() > deadline)
        throw new Error(`Expected '${instanceGuid}' to become ${status}, but: ${answer.text.slice(0, 2_000)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** The instance's trail, oldest first. */
  async trail(instanceGuid: string): Promise<readonly Data[]> {
    const answer = await this.cmd('GetAuditTrailQuery', { instanceGuid, pageSize: 100 });
    return [...((answer.data?.['items'] ?? []) as readonly Data[])].reverse();
  }

  private headers(more: Readonly<Record<string, string>>): Record<string, string> {
    return { 'content-type': 'application/json', authorization: `Bearer ${this.token}`, 'x-tenant-id': this.tenant, ...more };
  }
}

function read(response: Response): WireAnswer {
  const body = response.body as Pick<WireAnswer, 'isSuccessful' | 'message' | 'statusCode' | 'data'>;
  const { isSuccessful, message, statusCode, data } = body;
  return {
    httpStatus: response.status,
    headers: response.headers,
    text: response.text,
    isSuccessful,
    message,
    statusCode,
    data,
  };
}
