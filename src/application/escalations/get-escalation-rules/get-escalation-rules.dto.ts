/** Those of the tenant. */
export class GetEscalationRulesData {}
