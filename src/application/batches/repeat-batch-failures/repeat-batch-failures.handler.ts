import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Answer } from '../../../contract/answer.js';
import { requirePermission } from '../../access/missing-permission.js';
import { BatchStore, type BatchItemState } from '../../ports/batches.js';
import { Clock } from '../../ports/clock.js';
import { RequestAudit } from '../../request-audit.js';
import { textsOf } from '../../requests/field-values.js';
import { originOf } from '../../requests/origin-of.js';
import { optionsOf } from '../batch-options.js';
import { BatchStart } from '../batch-start.js';
import { batchIdOf } from '../batch-view.js';
import { kindOf } from '../batch-kinds.js';
import { RepeatBatchFailuresCommand } from './repeat-batch-failures.command.js';

@CommandHandler(RepeatBatchFailuresCommand)
export class RepeatBatchFailuresHandler implements ICommandHandler<RepeatBatchFailuresCommand, Answer> {
  constructor(
    private readonly store: BatchStore,
    private readonly start: BatchStart,
    private readonly audit: RequestAudit,
    private readonly clock: Clock,
  ) {}

  async execute({ data, caller }: RepeatBatchFailuresCommand): Promise<Answer> {
    const id = batchIdOf(data.batchId);
    const found = id === null ? null : await this.store.find(caller.tenantId, id);
    const detail = { batchId: id ?? String(data.batchId) };
    const origin = originOf(caller, 'RepeatBatchFailures', this.clock.now(), { comment: data.reason, detail });
    if (!found) return this.audit.refuse(origin, `Batch '${data.batchId}' not found.`, null, '99');
    const { batch } = found;
    if (batch.status === 'running' || batch.status === 'aborting' || batch.status === 'paused') {
      const message = `Expected the batch to have ended or stopped. Current status: ${batch.status}`;
      return this.audit.refuse(origin, message, { currentStatus: batch.status }, '99');
    }
    const kind = kindOf(batch.kind);
    requirePermission(caller, kind.permission);
    const parameters = data.parameters ?? batch.parameters;
    kind.ready(parameters);
    // The choices of the field are states of items.
    const states = (textsOf(data.states) ?? ['failed-again']) as readonly BatchItemState[];
    return this.start.of(
      {
        action: 'RepeatBatchFailures',
        kind,
        parameters,
        selection: { by: 'batch', batchId: batch.id, states },
        shown: { batchId: String(batch.id), states },
        options: optionsOf(data, batch.options),
        reason: data.reason ?? batch.reason,
        repeatOf: batch.id,
        expectedItems: null,
      },
      caller,
    );
  }
}
