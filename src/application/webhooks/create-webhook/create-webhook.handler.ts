import { randomBytes } from 'node:crypto';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, type Answer } from '../../../contract/answer.js';
import { claimOf } from '../../caller.js';
import { Clock } from '../../ports/clock.js';
import { InstanceStore } from '../../ports/instance-store.js';
import { WebhookStore } from '../../ports/webhooks.js';
import { RequestAudit } from '../../request-audit.js';
import { invalidField } from '../../requests/invalid-request.js';
import { originOf } from '../../requests/origin-of.js';
import { eventPatterns, receiverUrl } from '../webhook-fields.js';
import { webhookView } from '../webhook-view.js';
import { CreateWebhookCommand } from './create-webhook.command.js';

const SECRET_BYTES = 32;
const SHORTEST_SECRET = 16;
/** Webhooks of a tenant: each is a look at the trail of its own. */
const MOST = 50;

@CommandHandler(CreateWebhookCommand)
export class CreateWebhookHandler implements ICommandHandler<CreateWebhookCommand, Answer> {
  constructor(
    private readonly webhooks: WebhookStore,
    private readonly ids: InstanceStore,
    private readonly audit: RequestAudit,
    private readonly clock: Clock,
  ) {}

  async execute({ data, caller }: CreateWebhookCommand): Promise<Answer> {
    const now = this.clock.now();
    const { comment = null, secret = `whsec_${randomBytes(SECRET_BYTES).toString('base64url')}` } = data;
    if (secret.length < SHORTEST_SECRET)
      throw invalidField('secret', 'min', `secret must have at least ${SHORTEST_SECRET} characters`);
    const webhook = {
      id: this.ids.nextId(),
      tenantId: caller.tenantId,
      url: receiverUrl(data.url),
      events: eventPatterns(data.events),
      comment,
      isActive: true,
      createdBy: caller.actor.id,
      createdAt: new Date(now),
    };
    // Of the address only whom it belongs to: with many receivers, the rest of it is a secret.
    const detail = { webhookId: webhook.id, receiver: new URL(webhook.url).origin, events: webhook.events };
    const origin = originOf(caller, 'CreateWebhook', now, { comment: data.comment, detail });
    const entry = this.audit.entry(origin, 'succeeded');
    if (!(await this.webhooks.insert({ ...webhook, secret }, MOST, entry, claimOf(caller))))
      return this.audit.refuse(origin, `Expected at most ${MOST} webhooks. Delete one that is not needed.`, null, '99');
    this.audit.written();
    return done('Webhook created. Keep the secret now: it is not shown again.', { ...webhookView(webhook), secret });
  }
}
