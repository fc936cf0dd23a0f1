import type { MessageDefinition } from '../../engine/index.js';
import { compileFeel, compileSource } from '../../expressions/index.js';
import { subscriptionKey } from '../dialects/camunda8.js';
import { extensionsOf } from '../extensions.js';
import { childOf, textOf, type ModdleElement } from '../moddle-element.js';
import type { Report } from '../problem.js';
import type { MessageSetting } from '../settings.js';
import { compileExpression } from './compile-expression.js';

/**
 * What a receive task or message event waits for: BankLingo's properties, else its `bpmn:message`. Null when neither names one.
 * @param owner the receive task, or the event definition: whichever has `messageRef`
 */
export function compileMessage(
  owner: ModdleElement,
  setting: MessageSetting | undefined,
  report: Report,
): MessageDefinition | null {
  const message = childOf(owner, 'messageRef');
  const name = setting?.name ?? (message && textOf(message, 'name')?.trim()) ?? null;
  const key = message ? subscriptionKey(extensionsOf(message, 'zeebe')) : null;
  if (setting?.name == null && message && !name)
    report.error('invalid-message', `Expected message '${textOf(message, 'id') ?? ''}' to have a name, but it has none`);
  if (name?.startsWith('=') || /[$#]\{/.test(name ?? ''))
    report.error(
      'invalid-message',
      `Expected a fixed message name, but found the expression '${name ?? ''}'`,
      'Put what varies into the correlation key.',
    );
  const written = key === null || key.trim() === '' ? null : key;
  const compiled =
    written === null
      ? null
      : compileExpression(
          () => (written.trimStart().startsWith('=') ? compileFeel(written) : compileSource(written)),
          'correlationKey',
          report,
        );
  return name ? { name, correlationKey: setting?.correlationKey ?? compiled } : null;
}
