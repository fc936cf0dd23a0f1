/** Tell an address of events; its secret is shown in this one answer. */
export interface CreateWebhookRequest {
  /** Where events are POSTed to: http or https. */
  readonly url: string;
  /** Names of events, `incident.*` for all of a kind, or `*`. */
  readonly events: string | readonly string[];
  /** What deliveries are signed with, 16 characters or more; made without it. */
  readonly secret?: string;
  /** What it is for, and for the audit trail. */
  readonly comment?: string;
}

/** Change where and of what events are told, or let a webhook rest. */
export interface UpdateWebhookRequest {
  /** The webhook, by the id that the list shows. */
  readonly webhookId: string | number;
  /** Where events are POSTed to: http or https. */
  readonly url?: string;
  /** Names of events, `incident.*` for all of a kind, or `*`. */
  readonly events?: string | readonly string[];
  /** False: it rests. What happens meanwhile is told when it is active again. */
  readonly isActive?: boolean;
  /** Why, for the audit trail. */
  readonly comment?: string;
}

/** Tell an address nothing more, not even what it has not received yet. */
export interface DeleteWebhookRequest {
  /** The webhook, by the id that the list shows. */
  readonly webhookId: string | number;
  /** Why, for the audit trail. */
  readonly comment?: string;
}

/** The webhooks of the tenant, with what they have not received. */
export type GetWebhooksRequest = Readonly<Record<string, never>>;

/** What a webhook has not received yet, oldest first. */
export interface GetWebhookDeliveriesRequest {
  /** The webhook, by the id that the list shows. */
  readonly webhookId: string | number;
  /** Only in this state; `parked`: its attempts are used up. */
  readonly state?: 'pending' | 'parked';
  /** From 1. */
  readonly pageNumber?: number;
  /** 20 without it. */
  readonly pageSize?: number;
}

/** Deliver again what was parked because its attempts were used up. */
export interface RetryWebhookDeliveriesRequest {
  /** The webhook, by the id that the list shows. */
  readonly webhookId: string | number;
  /** Why, for the audit trail. */
  readonly comment?: string;
}
