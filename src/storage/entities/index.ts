import { ActivityEntity } from './activity.entity.js';
import { ApiTokenEntity } from './api-token.entity.js';
import { ApprovalEntity } from './approval.entity.js';
import { AuditChainHeadEntity } from './audit-chain-head.entity.js';
import { AuditEntryEntity } from './audit-entry.entity.js';
import { AuditRemovalEntity } from './audit-removal.entity.js';
import { AuditSealEntity } from './audit-seal.entity.js';
import { BatchItemEntity } from './batch-item.entity.js';
import { BatchEntity } from './batch.entity.js';
import { CircuitEntity } from './circuit.entity.js';
import { DefinitionMessageStartEntity } from './definition-message-start.entity.js';
import { IdempotencyRecordEntity } from './idempotency-record.entity.js';
import { EscalationRuleEntity } from './escalation-rule.entity.js';
import { FailureCountEntity } from './failure-count.entity.js';
import { FailureGroupEntity } from './failure-group.entity.js';
import { IncidentEntity } from './incident.entity.js';
import { InstanceCallEntity } from './instance-call.entity.js';
import { InstanceScopeEntity } from './instance-scope.entity.js';
import { JobEntity } from './job.entity.js';
import { JobPermitEntity } from './job-permit.entity.js';
import { LimitPermitEntity } from './limit-permit.entity.js';
import { MessageBufferEntity } from './message-buffer.entity.js';
import { MessageSubscriptionEntity } from './message-subscription.entity.js';
import { OperatorPolicyEntity } from './operator-policy.entity.js';
import { ProcessDefinitionEntity } from './process-definition.entity.js';
import { ProcessDefinitionVersionEntity } from './process-definition-version.entity.js';
import { ProcessInstanceEntity } from './process-instance.entity.js';
import { ServerNodeEntity } from './server-node.entity.js';
import { StartTimerEntity } from './start-timer.entity.js';
import { TaskAttemptEntity } from './task-attempt.entity.js';
import { TaskLimitEntity } from './task-limit.entity.js';
import { TimerJobEntity } from './timer-job.entity.js';
import { VariableWriteEntity } from './variable-write.entity.js';
import { WebhookDeliveryEntity } from './webhook-delivery.entity.js';
import { WebhookEntity } from './webhook.entity.js';

/** One entity for each table of the migrated schema, for people's queries; the hot path has its own statements. */
export const ENTITIES = [
  ProcessDefinitionEntity,
  ProcessDefinitionVersionEntity,
  DefinitionMessageStartEntity,
  StartTimerEntity,
  ProcessInstanceEntity,
  InstanceScopeEntity,
  InstanceCallEntity,
  ActivityEntity,
  TaskAttemptEntity,
  VariableWriteEntity,
  IncidentEntity,
  FailureGroupEntity,
  FailureCountEntity,
  BatchEntity,
  BatchItemEntity,
  OperatorPolicyEntity,
  ApprovalEntity,
  EscalationRuleEntity,
  WebhookEntity,
  WebhookDeliveryEntity,
  TimerJobEntity,
  MessageSubscriptionEntity,
  JobEntity,
  CircuitEntity,
  MessageBufferEntity,
  AuditEntryEntity,
  AuditSealEntity,
  AuditChainHeadEntity,
  AuditRemovalEntity,
  ApiTokenEntity,
  IdempotencyRecordEntity,
  ServerNodeEntity,
  TaskLimitEntity,
  LimitPermitEntity,
  JobPermitEntity,
];
