/** All of the tenant. */
export class GetWebhooksData {}
