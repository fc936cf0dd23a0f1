import { Injectable } from '@nestjs/common';
import { OperatorPolicyStore, type OperatorPolicy } from '../ports/operator-policies.js';

/**
 * The policies of a tenant as they are stored when they are asked for: a policy that was set a moment ago, on whatever server,
 * holds. Who asks in the same turn of the event loop is answered by one query.
 */
@Injectable()
export class PolicyLookup {
  private readonly gathering = new Map<string, Promise<readonly OperatorPolicy[]>>();

  constructor(private readonly store: OperatorPolicyStore) {}

  of(tenantId: string): Promise<readonly OperatorPolicy[]> {
    const known = this.gathering.get(tenantId);
    if (known) return known;
    const asked = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      // Whoever comes from now on has come after the question was asked.
      this.gathering.delete(tenantId);
      return this.store.list(tenantId);
    });
    this.gathering.set(tenantId, asked);
    return asked;
  }
}
