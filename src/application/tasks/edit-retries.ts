import { Injectable } from '@nestjs/common';
import type { Answer } from '../../contract/answer.js';
import type { Command } from '../../engine/index.js';
import { InstanceAnswer } from '../instance-answer.js';
import { OperatorCommand } from '../operator-command.js';
import type { OperatorData } from '../requests/fields.js';
import type { CommandOrigin } from '../session/origin.js';

/** What edits of automatic attempts have in common: dry run, refusal, and the state of the instance as the answer. */
@Injectable()
export class EditRetries {
  constructor(
    private readonly operator: OperatorCommand,
    private readonly answer: InstanceAnswer,
  ) {}

  /** @param waitMs how long an attempt that begins by it may take before the answer goes without its outcome */
  async apply(data: OperatorData, command: Command, origin: CommandOrigin, message: string, waitMs = 0): Promise<Answer> {
    if (data.dryRun) return this.operator.dryRun(data.instanceGuid, command, origin);
    const result = await this.operator.apply(data.instanceGuid, command, origin);
    return result.kind === 'answer' ? result.answer : this.answer.of(origin.caller, data.instanceGuid, result, message, waitMs);
  }
}
