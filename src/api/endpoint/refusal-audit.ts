import { Injectable, Logger } from '@nestjs/common';
import type { Caller } from '../../application/caller.js';
import { Clock } from '../../application/ports/clock.js';
import { RequestAudit } from '../../application/request-audit.js';
import { originOf } from '../../application/requests/origin-of.js';
import type { ApiFailure } from '../api-failure.js';

/** Commands refused before they reached a handler are in the trail too (CONTRACT section 11.7). */
@Injectable()
export class RefusalAudit {
  private readonly logger = new Logger('Audit');

  constructor(
    private readonly audit: RequestAudit,
    private readonly clock: Clock,
  ) {}

  /**
   * @param action name without suffix; what the client wrote where no command has that name
   * @param instanceGuid as the client wrote it, unchecked
   */
  async record(
    caller: Caller,
    action: string,
    instanceGuid: unknown,
    failure: ApiFailure,
    detail: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    const said = { ...detail, httpStatus: failure.httpStatus, reason: failure.answer.message.slice(0, 2_000) };
    const origin = originOf(caller, storable(action, 100), this.clock.now(), { detail: said });
    try {
      await this.audit.record(
        origin,
        'refused',
        typeof instanceGuid === 'string' ? { instanceGuid: storable(instanceGuid, 255) } : {},
      );
    } catch (error) {
      // The refusal stands even if it cannot be recorded: nothing was done that could go unrecorded.
      this.logger.error({ correlationId: caller.correlationId, error: String(error) }, 'A refusal could not be recorded');
    }
  }
}

/** Unchecked text as a text column can hold it. */
function storable(text: string, maxLength: number): string {
  return Buffer.from(text.slice(0, maxLength).replaceAll('\u0000', '\uFFFD')).toString();
}
