import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { Telemetry } from '../../application/ports/telemetry.js';

const LATENCY_BUCKETS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** What the server counts, as Prometheus reads it. Label values are bounded: names of commands, connectors and outcomes. */
@Injectable()
export class PrometheusTelemetry extends Telemetry {
  readonly registry = new Registry();
  private readonly commands = new Histogram({
    name: 'reprise_command_duration_seconds',
    help: 'Commands and queries by name and outcome, and how long their answers took.',
    labelNames: ['command', 'outcome'],
    buckets: LATENCY_BUCKETS_S,
    registers: [this.registry],
  });
  private readonly attempts = new Histogram({
    name: 'reprise_attempt_duration_seconds',
    help: 'Attempts of tasks by connector and outcome.',
    labelNames: ['connector', 'outcome'],
    buckets: LATENCY_BUCKETS_S,
    registers: [this.registry],
  });
  private readonly batchSizes = new Histogram({
    name: 'reprise_commit_batch_size',
    help: 'Commands in one commit.',
    buckets: [1, 2, 5, 10, 20, 30, 40, 50],
    registers: [this.registry],
  });
  private readonly batchDurations = new Histogram({
    name: 'reprise_commit_duration_seconds',
    help: 'Load, step and save of one batch.',
    buckets: LATENCY_BUCKETS_S,
    registers: [this.registry],
  });
  private readonly conflicts = new Counter({
    name: 'reprise_commit_conflicts_total',
    help: 'Commits that met another version than expected and were stepped again.',
    registers: [this.registry],
  });

  private readonly heldAttempts = new Counter({
    name: 'reprise_held_attempts_total',
    help: 'Attempts that did not begin because their circuit was not closed.',
    registers: [this.registry],
  });
  private readonly decisions = new Counter({
    name: 'reprise_recovery_decisions_total',
    help: 'Automatic decisions about failures, by the name that they have in the audit trail.',
    labelNames: ['action'],
    registers: [this.registry],
  });

  constructor() {
    super();
    collectDefaultMetrics({ register: this.registry });
  }

  command(name: string, outcome: string, durationMs: number): void {
    this.commands.observe({ command: name, outcome }, durationMs / 1_000);
  }

  batch(size: number, durationMs: number): void {
    this.batchSizes.observe(size);
    this.batchDurations.observe(durationMs / 1_000);
  }

  attempt(connector: string, outcome: string, durationMs: number): void {
    this.attempts.observe({ connector, outcome }, durationMs / 1_000);
  }

  conflict(): void {
    this.conflicts.inc();
  }

  held(attempts: number): void {
    this.heldAttempts.inc(attempts);
  }

  decision(action: string): void {
    this.decisions.inc({ action });
  }

  /** The same for several figures of a kind, told apart by one label. */
  gauges(name: string, help: string, label: string, read: () => Promise<Readonly<Record<string, number>>>): void {
    new Gauge({
      name,
      help,
      labelNames: [label],
      registers: [this.registry],
      async collect() {
        this.reset();
        try {
          for (const [value, figure] of Object.entries(await read())) this.set({ [label]: value }, figure);
        } catch {
          this.reset();
        }
      },
    });
  }

  /** A figure that is asked for at each scrape; left out where it cannot be had. */
  gauge(name: string, help: string, read: () => Promise<number> | number): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      async collect() {
        try {
          this.set(await read());
        } catch {
          this.reset();
        }
      },
    });
  }
}
