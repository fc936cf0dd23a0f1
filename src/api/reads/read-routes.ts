/** A read as plain HTTP: the same request, handler and envelope as through the endpoint (CONTRACT section 1). */
export interface ReadRoute {
  /** Below `/api/core`. */
  readonly path: string;
  /** The request it stands for. */
  readonly request: string;
  /** Path parameters: name in the path to field of `data`. */
  readonly params?: Readonly<Record<string, string>>;
  /** Fields of `data` that the route itself fixes. */
  readonly fixed?: Readonly<Record<string, unknown>>;
  /** Flags of the query string that only another medium has, with what they do. */
  readonly query?: Readonly<Record<string, string>>;
  /** What a success may be instead of the envelope, as media types. */
  readonly media?: readonly string[];
}

/** All of them; fields of `data` that the path does not give may stand in the query string. */
export const READ_ROUTES: readonly ReadRoute[] = [
  { path: 'instances', request: 'GetProcessInstanceListQuery' },
  { path: 'failures', request: 'GetProcessInstanceListQuery', fixed: { status: ['error'] } },
  { path: 'failure-groups', request: 'GetFailureGroupsQuery' },
  { path: 'approvals', request: 'GetApprovalsQuery' },
  { path: 'policies', request: 'GetOperatorPoliciesQuery' },
  { path: 'batches', request: 'GetBatchListQuery' },
  { path: 'batches/:id', request: 'GetBatchQuery', params: { id: 'batchId' } },
  { path: 'batches/:id/items', request: 'GetBatchItemsQuery', params: { id: 'batchId' } },
  { path: 'instances/:guid', request: 'GetProcessInstanceStateCommand', params: { guid: 'instanceGuid' } },
  { path: 'instances/:guid/activities', request: 'GetProcessInstanceActivitiesQuery', params: { guid: 'instanceGuid' } },
  { path: 'instances/:guid/history', request: 'GetProcessInstanceHistoryQuery', params: { guid: 'instanceGuid' } },
  { path: 'instances/:guid/state-at', request: 'GetStateAtQuery', params: { guid: 'instanceGuid' } },
  { path: 'instances/:guid/audit', request: 'GetAuditTrailQuery', params: { guid: 'instanceGuid' } },
  { path: 'audit/checkpoint', request: 'GetAuditCheckpointQuery' },
  { path: 'audit/verification', request: 'VerifyAuditTrailQuery' },
  { path: 'activities', request: 'GetActivitiesQuery' },
  { path: 'definitions', request: 'GetProcessDefinitionListQuery' },
  { path: 'definitions/:id', request: 'GetProcessDefinitionByIdQuery', params: { id: 'id' } },
  { path: 'definitions/:id/bundle', request: 'GetProcessBundleQuery', params: { id: 'processDefinitionId' } },
  { path: 'circuits', request: 'GetCircuitsQuery' },
  { path: 'limits', request: 'GetLimitsQuery' },
  { path: 'invariants', request: 'CheckInvariantsQuery' },
  { path: 'escalation-rules', request: 'GetEscalationRulesQuery' },
  { path: 'webhooks', request: 'GetWebhooksQuery' },
  { path: 'webhooks/:id/deliveries', request: 'GetWebhookDeliveriesQuery', params: { id: 'webhookId' } },
  { path: 'tokens', request: 'ListApiTokensQuery' },
];

/** The audit trail itself: a page of it as JSON, or all that matches as CSV or NDJSON. */
export const AUDIT_ROUTE: ReadRoute = {
  path: 'audit',
  request: 'GetAuditTrailQuery',
  media: ['text/csv', 'application/x-ndjson'],
  query: { proof: 'As NDJSON: true adds the seals and a signed checkpoint, so that it can be verified without the server.' },
};

/** What became of each item of a batch, as one CSV file. */
export const REPORT_ROUTE: ReadRoute = {
  path: 'batches/:id/report',
  request: 'GetBatchItemsQuery',
  params: { id: 'batchId' },
  media: ['text/csv'],
};

/** A definition's model itself (CONTRACT section 11.12). */
export const MODEL_ROUTE: ReadRoute = {
  path: 'definitions/:id/xml',
  request: 'GetProcessDefinitionXmlQuery',
  params: { id: 'id' },
  media: ['application/xml'],
};
