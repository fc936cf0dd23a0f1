import type { EventSelection } from '../ports/webhooks.js';
import { eventBody } from './event-body.js';
import { actionsFor, eventOf, isMeant } from './event-of.js';

/** How entries of the audit trail become what webhooks are told. */
export const WEBHOOK_EVENTS: EventSelection = {
  actionsFor,
  messageOf(entry, events) {
    const event = eventOf(entry);
    return event !== null && isMeant(event, events) ? { event, body: eventBody(event, entry) } : null;
  },
};
