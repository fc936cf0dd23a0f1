import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, type Answer } from '../../../contract/answer.js';
import { claimOf } from '../../caller.js';
import { Clock } from '../../ports/clock.js';
import { OperatorPolicyStore, type OperatorRules } from '../../ports/operator-policies.js';
import { RequestAudit } from '../../request-audit.js';
import { textsOf } from '../../requests/field-values.js';
import { invalidField } from '../../requests/invalid-request.js';
import { originOf } from '../../requests/origin-of.js';
import { policyView } from '../policy-view.js';
import { findProblemOfSchema } from '../variables-schema.js';
import { SetOperatorPolicyCommand } from './set-operator-policy.command.js';
import type { SetOperatorPolicyData } from './set-operator-policy.dto.js';

/** Longest schema, as JSON text. */
const SCHEMA_LENGTH = 65_536;

@CommandHandler(SetOperatorPolicyCommand)
export class SetOperatorPolicyHandler implements ICommandHandler<SetOperatorPolicyCommand, Answer> {
  constructor(
    private readonly policies: OperatorPolicyStore,
    private readonly audit: RequestAudit,
    private readonly clock: Clock,
  ) {}

  async execute({ data, caller }: SetOperatorPolicyCommand): Promise<Answer> {
    const rules = rulesOf(data);
    const { processKey = null, taskId = null, comment = null } = data;
    const now = this.clock.now();
    const detail = { processKey, taskId, ...rules };
    const origin = originOf(caller, 'SetOperatorPolicy', now, { comment: data.comment, detail });
    const policy = { processKey, taskId, rules, comment, setBy: caller.actor.id, setAt: new Date(now) };
    const entry = this.audit.entry(origin, 'succeeded', { processKey: data.processKey });
    await this.policies.set(caller.tenantId, policy, entry, claimOf(caller));
    this.audit.written();
    return done('Policy set: it holds for every command from now on, on all servers.', policyView(policy));
  }
}

/** @throws InvalidRequest */
function rulesOf(data: SetOperatorPolicyData): OperatorRules {
  const { processKey, taskId, retry, skip, cancel, protectedVariables, allowedVariables, variablesSchema } = data;
  if (taskId !== undefined && processKey === undefined)
    throw invalidField('processKey', 'required', 'Expected the processKey of the task, but it is not given');
  if (taskId !== undefined && cancel !== undefined)
    throw invalidField('cancel', 'exclusive', 'Instances are cancelled, not tasks: set cancel for the process or the tenant');
  const rules: OperatorRules = {
    ...(retry && { retry }),
    ...(skip && { skip }),
    ...(cancel && { cancel }),
    ...(protectedVariables && { protectedVariables: textsOf(protectedVariables) ?? [] }),
    ...(allowedVariables && { allowedVariables: textsOf(allowedVariables) ?? [] }),
    ...(variablesSchema && { variablesSchema }),
  };
  if (Object.keys(rules).length === 0)
    throw invalidField(
      'retry',
      'required',
      'Expected at least one rule (retry, skip, cancel, or one about variables), but got none',
    );
  if (variablesSchema) checkSchema(variablesSchema);
  return rules;
}

function checkSchema(schema: object): void {
  if (JSON.stringify(schema).length > SCHEMA_LENGTH)
    throw invalidField('variablesSchema', 'max', `variablesSchema must have at most ${SCHEMA_LENGTH} characters`);
  const problem = findProblemOfSchema(schema as Parameters<typeof findProblemOfSchema>[0]);
  if (problem !== null) throw invalidField('variablesSchema', 'schema', `variablesSchema must be a JSON Schema, but: ${problem}`);
}
