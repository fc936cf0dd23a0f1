import { instant } from '../instance-view.js';
import type { Webhook, WebhookDelivery, WebhookOverview } from '../ports/webhooks.js';

/** A webhook as clients see it: without what may be secret, the query of its address included. */
export function webhookView({ id, url, events, comment, isActive, createdBy, createdAt }: Webhook): Record<string, unknown> {
  return { id, url: shownUrl(url), events, comment, isActive, createdBy, createdAt: instant(createdAt.getTime()) };
}

/** The same, with how it stands. */
export function webhookOverview(webhook: WebhookOverview): Record<string, unknown> {
  const { pending, parked, lastStatus, lastError } = webhook;
  return { ...webhookView(webhook), pending, parked, lastStatus, lastError };
}

/** A delivery as clients see it. */
export function deliveryView(delivery: WebhookDelivery): Record<string, unknown> {
  const { webhookId, entryId, event, attempt, state, dueAt, lastStatus, lastError, lastAttemptAt, createdAt } = delivery;
  return {
    deliveryId: deliveryIdOf(delivery),
    webhookId,
    eventId: entryId,
    event,
    state,
    attempts: attempt,
    nextAttemptAt: state === 'pending' ? instant(dueAt.getTime()) : null,
    lastStatus,
    lastError,
    lastAttemptAt: lastAttemptAt === null ? null : instant(lastAttemptAt.getTime()),
    createdAt: instant(createdAt.getTime()),
  };
}

/** The name of a delivery, the same for every attempt of it. */
export function deliveryIdOf({ webhookId, entryId }: Pick<WebhookDelivery, 'webhookId' | 'entryId'>): string {
  return `${webhookId}-${entryId}`;
}

/** An address without its query, which may be a secret. */
function shownUrl(text: string): string {
  const { origin, pathname, search } = new URL(text);
  return `${origin}${pathname}${search === '' ? '' : '?…'}`;
}
