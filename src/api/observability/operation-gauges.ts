import { Injectable } from '@nestjs/common';
import { ApprovalStore } from '../../application/ports/approvals.js';
import { BatchStore } from '../../application/ports/batches.js';
import { Clock } from '../../application/ports/clock.js';
import { FailureGroupStore } from '../../application/ports/failures.js';
import { WebhookStore } from '../../application/ports/webhooks.js';
import { PrometheusTelemetry } from './prometheus-telemetry.js';

/** So long a figure is told again without asking, in ms: several gauges, and several who scrape, share one query. */
const FRESH_MS = 500;

/** What operators have before them, as the database has it at the scrape; of all tenants. Each server tells the same. */
@Injectable()
export class OperationGauges {
  constructor(
    private readonly telemetry: PrometheusTelemetry,
    private readonly groups: FailureGroupStore,
    private readonly batches: BatchStore,
    private readonly approvals: ApprovalStore,
    private readonly webhooks: WebhookStore,
    private readonly clock: Clock,
  ) {}

  register(): void {
    const now = (): Date => new Date(this.clock.now());
    const groups = fresh(() => this.groups.countOpen(now()));
    const batches = fresh(() => this.batches.totals());
    const approvals = fresh(() => this.approvals.countPending(now()));
    const deliveries = fresh(() => this.webhooks.counts());
    const { telemetry } = this;
    telemetry.gauges('reprise_failure_groups', 'Groups of failures with an open one, by their state.', 'state', groups);
    telemetry.gauges('reprise_batches', 'Batches by status.', 'status', async () => (await batches()).byStatus);
    telemetry.gauge(
      'reprise_unended_batch_items',
      'Items of batches that have not ended.',
      async () => (await batches()).unended,
    );
    telemetry.gauge('reprise_pending_approvals', 'Commands that wait for a second person.', approvals);
    telemetry.gauges(
      'reprise_webhook_deliveries',
      'Events not received yet, by the state of their delivery.',
      'state',
      deliveries,
    );
  }
}

/** The same answer for a moment. A failure is not kept. */
function fresh<T>(read: () => Promise<T>): () => Promise<T> {
  let readAt = -Infinity;
  let answer: Promise<T> | null = null;
  return () => {
    if (answer && performance.now() - readAt < FRESH_MS) return answer;
    readAt = performance.now();
    const asked = read();
    answer = asked;
    asked.catch(() => (answer = null));
    return asked;
  };
}
