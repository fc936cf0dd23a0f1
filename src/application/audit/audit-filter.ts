import type { AuditFilter } from '../ports/stores.js';
import { actionName } from '../requests/api-request.js';
import { instantOf, textsOf } from '../requests/field-values.js';
import { OptionalChoice, OptionalInstant, OptionalText, OptionalTexts } from '../requests/fields.js';

/** What an audit trail is filtered by (CONTRACT section 7); all that is given must hold. */
export class AuditFilterData {
  @OptionalText('Only of this process instance.', 255)
  instanceGuid?: string;

  @OptionalText('Only of this principal.', 255)
  actor?: string;

  @OptionalTexts('Only these actions: names of commands or of automatic decisions.')
  action?: string[];

  @OptionalChoice('Only with this outcome.', ['succeeded', 'failed', 'refused'])
  outcome?: 'succeeded' | 'failed' | 'refused';

  @OptionalText('Only of this task.', 255)
  taskId?: string;

  @OptionalText('Only of this process.', 255)
  processKey?: string;

  @OptionalInstant('Not before this instant or date.')
  from?: string;

  @OptionalInstant('Not after this instant or date.')
  to?: string;

  @OptionalText('Anywhere in action, comment, actor, task or instance.', 255)
  text?: string;
}

/** The filter that the data means. */
export function auditFilterOf(data: AuditFilterData): AuditFilter {
  const { instanceGuid, actor, outcome, taskId, processKey, text } = data;
  return {
    instanceGuid,
    actor,
    action: textsOf(data.action)?.map(actionName),
    outcome,
    taskId,
    processKey,
    from: data.from === undefined ? undefined : (instantOf(data.from) ?? undefined),
    to: data.to === undefined ? undefined : (instantOf(data.to, true) ?? undefined),
    text,
  };
}
