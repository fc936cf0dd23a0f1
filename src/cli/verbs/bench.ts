import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { RepriseError, type RepriseClient } from '../../sdk/client.js';
import { action } from '../action.js';
import { EXIT } from '../exit-codes.js';
import { durationMs } from '../input/durations.js';
import { count } from '../input/numbers.js';
import { Interruption } from '../interruption.js';
import { Progress } from '../output/progress.js';

interface BenchOptions {
  readonly clients: number;
  readonly duration: number;
}

/** From start to end with nothing between: what the server itself costs. */
const model = (key: string): string => `<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="http://reprise.dev/bench">
  <bpmn:process id="${key}" name="${key}" isExecutable="true">
    <bpmn:startEvent id="Start" /><bpmn:sequenceFlow id="Flow" sourceRef="Start" targetRef="End" /><bpmn:endEvent id="End" />
  </bpmn:process>
</bpmn:definitions>`;

/** `reprise bench`: how many instances of an empty process the server takes from start to end. Leaves the audit entries of it. */
export function bench(program: Command): void {
  program
    .command('bench')
    .description('measure how many instances of an empty process the server takes from start to end')
    .option('--clients <clients>', 'that each wait for an answer before they ask again', count, 16)
    .option('--duration <duration>', 'for how long', durationMs, 10_000)
    .action(
      action<[], BenchOptions>(async (session, _args, { clients, duration }) => {
        const client = await session.client();
        const key = `bench-${randomUUID()}`;
        const { id } = await client.createProcessDefinition({ bpmnXml: model(key) });
        const interruption = new Interruption();
        const progress = new Progress(session.output.isQuiet);
        try {
          const load = new Load(client, key, duration, interruption.signal);
          await Promise.all(Array.from({ length: clients }, () => load.run((line) => progress.show(line))));
          progress.end();
          const result = { clients, ...load.result() };
          session.output.one(result, { id: String(result.perSecond), lines: () => linesOf(result) });
          return result.failed === 0 ? EXIT.done : EXIT.refused;
        } finally {
          progress.end();
          interruption.end();
          await client.deleteProcessDefinition({ id, force: true });
        }
      }),
    );
}

interface Result {
  readonly clients: number;
  readonly instances: number;
  readonly failed: number;
  readonly seconds: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

function linesOf({ clients, instances, failed, seconds, perSecond, p50Ms, p95Ms, p99Ms, maxMs }: Result): string[] {
  return [
    `${perSecond} instances/s  (${instances} in ${seconds} s, ${clients} clients${failed > 0 ? `, ${failed} failed` : ''})`,
    `latency  p50 ${p50Ms} ms  p95 ${p95Ms} ms  p99 ${p99Ms} ms  max ${maxMs} ms`,
  ];
}

/** Clients that start instances until the time is over. */
class Load {
  private readonly latencies: number[] = [];
  private readonly begunAt = performance.now();
  private failed = 0;

  constructor(
    private readonly client: RepriseClient,
    private readonly processKey: string,
    private readonly durationMs: number,
    private readonly signal: AbortSignal,
  ) {}

  async run(tell: (line: string) => void): Promise<void> {
    while (!this.signal.aborted && performance.now() - this.begunAt < this.durationMs) {
      const askedAt = performance.now();
      try {
        await this.client.startProcessInstance({ processKey: this.processKey });
        this.latencies.push(performance.now() - askedAt);
      } catch (error) {
        if (!(error instanceof RepriseError) || error.httpStatus === null || error.isRefusal) throw error;
        this.failed++;
      }
      tell(`${this.latencies.length} instances`);
    }
  }

  result(): Omit<Result, 'clients'> {
    const seconds = (performance.now() - this.begunAt) / 1_000;
    const sorted = this.latencies.sort((a, b) => a - b);
    const at = (share: number): number => round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
    return {
      instances: sorted.length,
      failed: this.failed,
      seconds: round(seconds),
      perSecond: Math.round(sorted.length / seconds),
      p50Ms: at(0.5),
      p95Ms: at(0.95),
      p99Ms: at(0.99),
      maxMs: at(1),
    };
  }
}

function round(figure: number): number {
  return Math.round(figure * 10) / 10;
}
