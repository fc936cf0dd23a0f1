import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { field, type ApiClient, type Data, type WireAnswer } from './api-client.js';
import { flow, httpTask, model, sequence, type Element } from './models.js';
import { TestService } from './test-service.js';
import { startTestServer, type TestServer } from './test-server.js';

/** A task that calls the service. */
export const HTTP = httpTask('Task_1', 'One');

/** A task with what our own extensions say about it. */
export function withExtensions({ id, xml }: Element, extensions: string, attributes = ''): Element {
  return {
    id,
    xml: xml.replace('</bpmn:extensionElements>', `${extensions}$&`).replace(`id="${id}"`, `id="${id}" ${attributes}`),
  };
}

export const policy = (attributes: string, children = ''): string =>
  `<reprise:retryPolicy ${attributes}>${children}</reprise:retryPolicy>`;
export const attemptsOf = (state: WireAnswer): readonly Data[] => state.data?.['attempts'] as readonly Data[];

/** A server with a clock that can be moved and the tests' handlers, and a service that fails: for processes of one task. */
export class Recovering {
  private models = 0;

  private constructor(
    private readonly server: TestServer,
    readonly service: TestService,
  ) {}

  static async start(): Promise<Recovering> {
    const handlers = fileURLToPath(new URL('./handlers.mjs', import.meta.url));
    const server = startTestServer({ REPRISE_TEST_CLOCK: 'true', REPRISE_HANDLERS: handlers });
    return new Recovering(await server, await new TestService().start());
  }

  get admin(): ApiClient {
    return this.server.admin;
  }

  async stop(): Promise<void> {
    await Promise.all([this.server.close(), this.service.stop()]);
  }

  /** Deploys a process of this task (`more`: other elements beside it) and starts it. */
  async run(task: Element, variables: object = {}, more = '', waitMs = 10_000): Promise<string> {
    const key = `model-${this.models++}`;
    await this.admin.deploy(sequence(key, task).replace('</bpmn:process>', `${more}</bpmn:process>`));
    return this.admin.start(key, { serviceUrl: this.service.url, ...variables }, { waitMs });
  }

  /** The same with a boundary event for the error code E1, which leads to an end of its own. */
  async runCaught(task: Element): Promise<string> {
    const key = `model-${this.models++}`;
    const xml = model(
      key,
      `<bpmn:startEvent id="StartEvent" />${task.xml}<bpmn:endEvent id="EndEvent" />
     <bpmn:boundaryEvent id="Caught" attachedToRef="${task.id}"><bpmn:errorEventDefinition errorRef="Error_1" /></bpmn:boundaryEvent>
     <bpmn:endEvent id="End_Caught" />${flow('f1', 'StartEvent', task.id)}${flow('f2', task.id, 'EndEvent')}${flow('f3', 'Caught', 'End_Caught')}`,
    ).replace('<bpmn:process', '<bpmn:error id="Error_1" errorCode="E1" /><bpmn:process');
    await this.admin.deploy(xml);
    return this.admin.start(key, { serviceUrl: this.service.url });
  }

  /** A statement behind the server's back. */
  async execute(statement: string): Promise<void> {
    const client = new pg.Client({ connectionString: this.server.databaseUrl });
    await client.connect();
    await client.query(statement).finally(() => client.end());
  }

  /** Its oldest failure, when it stands in error. */
  async errorOf(guid: string): Promise<unknown> {
    return field(await this.admin.reaches(guid, 'error'), 'error');
  }

  /** What the audit trail says was done, oldest first. */
  async actionsOf(guid: string): Promise<unknown[]> {
    return (await this.admin.trail(guid)).map((entry) => entry['action']);
  }

  /** Moves the clock to the next attempt; the wait before it, in ms. */
  async waitOut(guid: string): Promise<number> {
    const state = await this.admin.state(guid);
    const next = String(field(state, 'retrying.nextAttemptAt'));
    const waited = Date.parse(next) - Date.parse(String(attemptsOf(state).at(-1)?.['endedAt']));
    await this.admin.cmd('AdvanceClockCommand', { to: next });
    return waited;
  }
}
