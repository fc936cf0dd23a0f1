import { field, type ApiClient, type Data, type WireAnswer } from './api-client.js';
import { httpTask, sequence, userTask } from './models.js';
import { failing, TestService } from './test-service.js';
import { startTestServer, type TestServer } from './test-server.js';
import { until } from './until.js';

/** A server and a service that fails, for instances of one process at a time: they call the service, then wait for a person. */
export class BatchTrials {
  /** Of the process that `start` starts. */
  key = '';
  private models = 0;

  private constructor(
    readonly server: TestServer,
    readonly service: TestService,
  ) {}

  static async open(): Promise<BatchTrials> {
    const [server, service] = await Promise.all([startTestServer(), new TestService().start()]);
    return new BatchTrials(server, service);
  }

  get admin(): ApiClient {
    return this.server.admin;
  }

  async close(): Promise<void> {
    await Promise.all([this.server.close(), this.service.stop()]);
  }

  /** From now on, instances are of a process of their own, and fail. @param settings of the task that calls the service */
  async anew(settings: Readonly<Record<string, string>> = {}): Promise<void> {
    this.service.answers(failing());
    this.key = `loan-${this.models++}`;
    await this.admin.deploy(sequence(this.key, httpTask('Check', 'Check credit', settings), userTask('Approve', 'Approve')));
  }

  start(count: number): Promise<string[]> {
    const variables = { serviceUrl: this.service.url };
    return Promise.all(Array.from({ length: count }, () => this.admin.start(this.key, variables)));
  }

  batch(data: object): Promise<WireAnswer> {
    return this.admin.cmd('StartBatchCommand', data);
  }

  get(batchId: string, client = this.admin): Promise<WireAnswer> {
    return client.cmd('GetBatchQuery', { batchId });
  }

  /** The batch, when it has come to this. */
  ended(answer: WireAnswer, status = 'completed', client = this.admin): Promise<WireAnswer> {
    if (!answer.isSuccessful) throw new Error(`Expected the batch to start, but: ${answer.text}`);
    return until(
      () => this.get(idOf(answer), client),
      (now) => field(now, 'status') === status,
    );
  }

  async items(answer: WireAnswer, state?: string): Promise<readonly Data[]> {
    const found = await this.admin.cmd('GetBatchItemsQuery', { batchId: idOf(answer), ...(state !== undefined && { state }) });
    return field(found, 'items') as readonly Data[];
  }

  async audited(action: string, batchId: string): Promise<readonly Data[]> {
    const answer = await this.admin.cmd('GetAuditTrailQuery', { action: [action], pageSize: 100 });
    const entries = field(answer, 'items') as readonly Data[];
    return entries.filter(({ detail }) => String((detail as Data | null)?.['batchId']) === batchId);
  }
}

export const idOf = (answer: WireAnswer): string => String(field(answer, 'batchId'));

/** Items in each state that some are in. */
export function countsOf(answer: WireAnswer): Data {
  return Object.fromEntries(Object.entries(field(answer, 'counts') as Data).filter(([, count]) => count !== 0));
}
