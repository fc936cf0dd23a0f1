import { OperatorData, OptionalChoice, OptionalText } from '../../requests/fields.js';

/** CONTRACT section 5. */
export class CancelProcessInstanceData extends OperatorData {
  @OptionalText('Why, for the audit trail.')
  reason?: string;

  @OptionalText('Who asks for it, as claimed; the audit also has the real principal.', 255)
  cancelledBy?: string;

  @OptionalChoice('`graceful`: running attempts are told to stop; `terminate`: at once.', ['graceful', 'terminate'])
  mode?: 'graceful' | 'terminate';
}
