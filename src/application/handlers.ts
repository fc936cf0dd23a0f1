import { GetActivitiesHandler } from './audit/get-activities/get-activities.handler.js';
import { GetAuditCheckpointHandler } from './audit/get-audit-checkpoint/get-audit-checkpoint.handler.js';
import { GetAuditTrailHandler } from './audit/get-audit-trail/get-audit-trail.handler.js';
import { VerifyAuditTrailHandler } from './audit/verify-audit-trail/verify-audit-trail.handler.js';
import { SetOperatorPolicyHandler } from './operator-rules/set-operator-policy/set-operator-policy.handler.js';
import { RemoveOperatorPolicyHandler } from './operator-rules/remove-operator-policy/remove-operator-policy.handler.js';
import { GetOperatorPoliciesHandler } from './operator-rules/get-operator-policies/get-operator-policies.handler.js';
import { RequestApprovalHandler } from './approvals/request-approval/request-approval.handler.js';
import { ApproveHandler } from './approvals/approve/approve.handler.js';
import { RejectHandler } from './approvals/reject/reject.handler.js';
import { GetApprovalsHandler } from './approvals/get-approvals/get-approvals.handler.js';
import { AbortBatchHandler } from './batches/abort-batch/abort-batch.handler.js';
import { GetBatchItemsHandler } from './batches/get-batch-items/get-batch-items.handler.js';
import { GetBatchListHandler } from './batches/get-batch-list/get-batch-list.handler.js';
import { GetBatchHandler } from './batches/get-batch/get-batch.handler.js';
import { PauseBatchHandler } from './batches/pause-batch/pause-batch.handler.js';
import { PreviewBatchHandler } from './batches/preview-batch/preview-batch.handler.js';
import { RepeatBatchFailuresHandler } from './batches/repeat-batch-failures/repeat-batch-failures.handler.js';
import { ResumeBatchHandler } from './batches/resume-batch/resume-batch.handler.js';
import { StartBatchHandler } from './batches/start-batch/start-batch.handler.js';
import { CloseCircuitHandler } from './circuits/close-circuit/close-circuit.handler.js';
import { GetCircuitsHandler } from './circuits/get-circuits/get-circuits.handler.js';
import { OpenCircuitHandler } from './circuits/open-circuit/open-circuit.handler.js';
import { AdvanceClockHandler } from './clock/advance-clock/advance-clock.handler.js';
import { CheckInvariantsHandler } from './doctor/check-invariants/check-invariants.handler.js';
import { SetEscalationRuleHandler } from './escalations/set-escalation-rule/set-escalation-rule.handler.js';
import { RemoveEscalationRuleHandler } from './escalations/remove-escalation-rule/remove-escalation-rule.handler.js';
import { GetEscalationRulesHandler } from './escalations/get-escalation-rules/get-escalation-rules.handler.js';
import { GetFailureGroupsHandler } from './failures/get-failure-groups/get-failure-groups.handler.js';
import { UpdateFailureGroupHandler } from './failures/update-failure-group/update-failure-group.handler.js';
import { ActivateJobsHandler } from './jobs/activate-jobs/activate-jobs.handler.js';
import { CompleteJobHandler } from './jobs/complete-job/complete-job.handler.js';
import { FailJobHandler } from './jobs/fail-job/fail-job.handler.js';
import { RecordHeartbeatHandler } from './jobs/record-heartbeat/record-heartbeat.handler.js';
import { ThrowBpmnErrorHandler } from './jobs/throw-bpmn-error/throw-bpmn-error.handler.js';
import { UpdateJobRetriesHandler } from './jobs/update-job-retries/update-job-retries.handler.js';
import { GetLimitsHandler } from './limits/get-limits/get-limits.handler.js';
import { RemoveLimitHandler } from './limits/remove-limit/remove-limit.handler.js';
import { SetLimitHandler } from './limits/set-limit/set-limit.handler.js';
import { BroadcastSignalHandler } from './messages/broadcast-signal/broadcast-signal.handler.js';
import { PublishMessageHandler } from './messages/publish-message/publish-message.handler.js';
import { CreateProcessDefinitionHandler } from './process-definitions/create-process-definition/create-process-definition.handler.js';
import { DeleteProcessDefinitionHandler } from './process-definitions/delete-process-definition/delete-process-definition.handler.js';
import { GetContextLoadersHandler } from './process-definitions/get-context-loaders/get-context-loaders.handler.js';
import { GetProcessBundleHandler } from './process-definitions/get-process-bundle/get-process-bundle.handler.js';
import { GetProcessDefinitionByIdHandler } from './process-definitions/get-process-definition-by-id/get-process-definition-by-id.handler.js';
import { GetProcessDefinitionListHandler } from './process-definitions/get-process-definition-list/get-process-definition-list.handler.js';
import { GetProcessDefinitionXmlHandler } from './process-definitions/get-process-definition-xml/get-process-definition-xml.handler.js';
import { RenameProcessDefinitionHandler } from './process-definitions/rename-process-definition/rename-process-definition.handler.js';
import { UpdateProcessDefinitionHandler } from './process-definitions/update-process-definition/update-process-definition.handler.js';
import { UpdateSchedulingInformationHandler } from './process-definitions/update-scheduling-information/update-scheduling-information.handler.js';
import { CancelProcessInstanceHandler } from './process-instances/cancel-process-instance/cancel-process-instance.handler.js';
import { GetProcessInstanceActivitiesHandler } from './process-instances/get-process-instance-activities/get-process-instance-activities.handler.js';
import { GetProcessInstanceHistoryHandler } from './process-instances/get-process-instance-history/get-process-instance-history.handler.js';
import { GetProcessInstanceListHandler } from './process-instances/get-process-instance-list/get-process-instance-list.handler.js';
import { GetProcessInstanceStateHandler } from './process-instances/get-process-instance-state/get-process-instance-state.handler.js';
import { GetStateAtHandler } from './process-instances/get-state-at/get-state-at.handler.js';
import { PauseProcessInstanceHandler } from './process-instances/pause-process-instance/pause-process-instance.handler.js';
import { RestartFromActivityHandler } from './process-instances/restart-from-activity/restart-from-activity.handler.js';
import { ResumeProcessInstanceHandler } from './process-instances/resume-process-instance/resume-process-instance.handler.js';
import { SetProcessVariablesHandler } from './process-instances/set-process-variables/set-process-variables.handler.js';
import { StartProcessInstanceHandler } from './process-instances/start-process-instance/start-process-instance.handler.js';
import { StepBackwardHandler } from './process-instances/step-backward/step-backward.handler.js';
import { StepForwardHandler } from './process-instances/step-forward/step-forward.handler.js';
import { GiveUpRetriesHandler } from './tasks/give-up-retries/give-up-retries.handler.js';
import { PostponeRetryHandler } from './tasks/postpone-retry/postpone-retry.handler.js';
import { RetryNowHandler } from './tasks/retry-now/retry-now.handler.js';
import { UpdateRetryPolicyHandler } from './tasks/update-retry-policy/update-retry-policy.handler.js';
import { RetryFailedTaskHandler } from './tasks/retry-failed-task/retry-failed-task.handler.js';
import { ReturnCallbackHandler } from './tasks/return-callback/return-callback.handler.js';
import { SignalProcessInstanceHandler } from './tasks/signal-process-instance/signal-process-instance.handler.js';
import { SkipFailedTaskHandler } from './tasks/skip-failed-task/skip-failed-task.handler.js';
import { CreateApiTokenHandler } from './tokens/create-api-token/create-api-token.handler.js';
import { ListApiTokensHandler } from './tokens/list-api-tokens/list-api-tokens.handler.js';
import { RevokeApiTokenHandler } from './tokens/revoke-api-token/revoke-api-token.handler.js';
import { CreateWebhookHandler } from './webhooks/create-webhook/create-webhook.handler.js';
import { UpdateWebhookHandler } from './webhooks/update-webhook/update-webhook.handler.js';
import { DeleteWebhookHandler } from './webhooks/delete-webhook/delete-webhook.handler.js';
import { GetWebhooksHandler } from './webhooks/get-webhooks/get-webhooks.handler.js';
import { GetWebhookDeliveriesHandler } from './webhooks/get-webhook-deliveries/get-webhook-deliveries.handler.js';
import { RetryWebhookDeliveriesHandler } from './webhooks/retry-webhook-deliveries/retry-webhook-deliveries.handler.js';

/** Every handler of the application: adding a command is adding its folder and a line here. */
export const HANDLERS = [
  AbortBatchHandler,
  ActivateJobsHandler,
  AdvanceClockHandler,
  ApproveHandler,
  BroadcastSignalHandler,
  CancelProcessInstanceHandler,
  CheckInvariantsHandler,
  CloseCircuitHandler,
  CompleteJobHandler,
  CreateApiTokenHandler,
  CreateProcessDefinitionHandler,
  CreateWebhookHandler,
  DeleteProcessDefinitionHandler,
  DeleteWebhookHandler,
  FailJobHandler,
  GetActivitiesHandler,
  GetApprovalsHandler,
  GetAuditCheckpointHandler,
  GetAuditTrailHandler,
  GetBatchHandler,
  GetBatchItemsHandler,
  GetBatchListHandler,
  GetCircuitsHandler,
  GetContextLoadersHandler,
  GetEscalationRulesHandler,
  GetFailureGroupsHandler,
  GetLimitsHandler,
  GetOperatorPoliciesHandler,
  GetProcessBundleHandler,
  GetProcessDefinitionByIdHandler,
  GetProcessDefinitionListHandler,
  GetProcessDefinitionXmlHandler,
  GetProcessInstanceActivitiesHandler,
  GetProcessInstanceHistoryHandler,
  GetProcessInstanceListHandler,
  GetProcessInstanceStateHandler,
  GetStateAtHandler,
  GetWebhookDeliveriesHandler,
  GetWebhooksHandler,
  GiveUpRetriesHandler,
  ListApiTokensHandler,
  OpenCircuitHandler,
  PauseBatchHandler,
  PauseProcessInstanceHandler,
  PostponeRetryHandler,
  PreviewBatchHandler,
  PublishMessageHandler,
  RecordHeartbeatHandler,
  RejectHandler,
  RemoveEscalationRuleHandler,
  RemoveLimitHandler,
  RemoveOperatorPolicyHandler,
  RenameProcessDefinitionHandler,
  RepeatBatchFailuresHandler,
  RequestApprovalHandler,
  ResumeBatchHandler,
  RestartFromActivityHandler,
  ResumeProcessInstanceHandler,
  RetryFailedTaskHandler,
  RetryNowHandler,
  RetryWebhookDeliveriesHandler,
  ReturnCallbackHandler,
  RevokeApiTokenHandler,
  SetEscalationRuleHandler,
  SetLimitHandler,
  SetOperatorPolicyHandler,
  SetProcessVariablesHandler,
  SignalProcessInstanceHandler,
  SkipFailedTaskHandler,
  StartBatchHandler,
  StartProcessInstanceHandler,
  StepBackwardHandler,
  StepForwardHandler,
  ThrowBpmnErrorHandler,
  UpdateFailureGroupHandler,
  UpdateJobRetriesHandler,
  UpdateProcessDefinitionHandler,
  UpdateRetryPolicyHandler,
  UpdateSchedulingInformationHandler,
  UpdateWebhookHandler,
  VerifyAuditTrailHandler,
] as const;
