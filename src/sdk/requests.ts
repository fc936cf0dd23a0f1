import type {
  ActivatedJobs,
  AuditPage,
  Batch,
  BatchItems,
  BatchPreview,
  CheckedInvariants,
  DeployedDefinition,
  FailureGroup,
  HeartbeatAnswer,
  InstanceState,
  JobAnswer,
  OperatorAnswer,
  Page,
  PublishedMessage,
} from './answers.js';
import type { JsonObject } from './json.js';
import type { AuditCheckpoint } from '../contract/audit-checkpoint.js';
import type * as audit from './requests/audit.js';
import type * as batches from './requests/batches.js';
import type { CheckInvariantsRequest } from './requests/doctor.js';
import type { GetEscalationRulesRequest, RemoveEscalationRuleRequest, SetEscalationRuleRequest } from './requests/escalations.js';
import type { GetFailureGroupsRequest, UpdateFailureGroupRequest } from './requests/failures.js';
import type { CloseCircuitRequest, GetCircuitsRequest, OpenCircuitRequest } from './requests/circuits.js';
import type {
  CreateProcessDefinitionRequest,
  DeleteProcessDefinitionRequest,
  GetContextLoadersRequest,
  GetProcessBundleRequest,
  GetProcessDefinitionByIdRequest,
  GetProcessDefinitionListRequest,
  GetProcessDefinitionXmlRequest,
  RenameProcessDefinitionRequest,
  UpdateProcessDefinitionRequest,
  UpdateSchedulingInformationRequest,
} from './requests/definitions.js';
import type * as instances from './requests/instances.js';
import type {
  ActivateJobsRequest,
  CompleteJobRequest,
  FailJobRequest,
  RecordHeartbeatRequest,
  ThrowBpmnErrorRequest,
  UpdateJobRetriesRequest,
} from './requests/jobs.js';
import type {
  ApproveRequest,
  GetApprovalsRequest,
  GetOperatorPoliciesRequest,
  RejectRequest,
  RemoveOperatorPolicyRequest,
  RequestApprovalRequest,
  SetOperatorPolicyRequest,
} from './requests/operator-policies.js';
import type { GetLimitsRequest, RemoveLimitRequest, SetLimitRequest } from './requests/limits.js';
import type { AdvanceClockRequest, BroadcastSignalRequest, PublishMessageRequest } from './requests/messages.js';
import type {
  GiveUpRetriesRequest,
  PostponeRetryRequest,
  RetryFailedTaskRequest,
  RetryNowRequest,
  ReturnCallbackRequest,
  SignalProcessInstanceRequest,
  SkipFailedTaskRequest,
  UpdateRetryPolicyRequest,
} from './requests/tasks.js';
import type { CreateApiTokenRequest, ListApiTokensRequest, RevokeApiTokenRequest } from './requests/tokens.js';
import type {
  CreateWebhookRequest,
  DeleteWebhookRequest,
  GetWebhookDeliveriesRequest,
  GetWebhooksRequest,
  RetryWebhookDeliveriesRequest,
  UpdateWebhookRequest,
} from './requests/webhooks.js';

/** A request's data, and the data of its answer. */
export interface Call<Request, Answer> {
  readonly request: Request;
  readonly answer: Answer;
}

/** Every command and query of the server, by the client's method for it. */
export interface Requests {
  /** End a batch: nothing more begins. */
  abortBatch: Call<batches.AbortBatchRequest, Batch>;
  /** Lock jobs for a worker, and wait for some where there are none. */
  activateJobs: Call<ActivateJobsRequest, ActivatedJobs>;
  /** Move this server process's clock and do all that is due then (only with REPRISE_TEST_CLOCK=true). Other nodes keep theirs: use it with one node. */
  advanceClock: Call<AdvanceClockRequest, JsonObject>;
  /** Agree to a command that somebody else has asked for, which is then executed. */
  approve: Call<ApproveRequest, JsonObject>;
  /** Bring a signal to all that wait for it (not available yet). */
  broadcastSignal: Call<BroadcastSignalRequest, JsonObject>;
  /** End a process instance for good. */
  cancelProcessInstance: Call<instances.CancelProcessInstanceRequest, OperatorAnswer>;
  /** Check that the database is as it must be. */
  checkInvariants: Call<CheckInvariantsRequest, CheckedInvariants>;
  /** Let attempts through again, in cohorts that double. */
  closeCircuit: Call<CloseCircuitRequest, JsonObject>;
  /** Hand in the result of a job. */
  completeJob: Call<CompleteJobRequest, JobAnswer>;
  /** Make a token for a program; its secret is shown in this one answer. */
  createApiToken: Call<CreateApiTokenRequest, JsonObject>;
  /** Deploy a BPMN model. */
  createProcessDefinition: Call<CreateProcessDefinitionRequest, DeployedDefinition>;
  /** Tell an address of events; its secret is shown in this one answer. */
  createWebhook: Call<CreateWebhookRequest, JsonObject>;
  /** Delete a process definition with its ended instances. */
  deleteProcessDefinition: Call<DeleteProcessDefinitionRequest, JsonObject>;
  /** Tell an address nothing more, not even what it has not received yet. */
  deleteWebhook: Call<DeleteWebhookRequest, JsonObject>;
  /** Report that the work of a job has failed. */
  failJob: Call<FailJobRequest, JobAnswer>;
  /** The audit trail in the shape of the activities query, page by page. */
  getActivities: Call<audit.GetActivitiesRequest, Page<JsonObject>>;
  /** Commands that wait for a second person, and what became of others; the newest first. */
  getApprovals: Call<GetApprovalsRequest, Page<JsonObject>>;
  /** A signed statement of where the audit chain ends now, to be kept outside of the database. */
  getAuditCheckpoint: Call<audit.GetAuditCheckpointRequest, AuditCheckpoint>;
  /** Who did what, and what was decided by itself; newest first. */
  getAuditTrail: Call<audit.GetAuditTrailRequest, AuditPage>;
  /** How a batch stands, with the number of items in each state. */
  getBatch: Call<batches.GetBatchRequest, Batch>;
  /** What became of each item of a batch, page by page. */
  getBatchItems: Call<batches.GetBatchItemsRequest, BatchItems>;
  /** Batches of the tenant, the newest first. */
  getBatchList: Call<batches.GetBatchListRequest, Page<Batch>>;
  /** What attempts depend on, where it has failed lately: its state, and what it holds back. */
  getCircuits: Call<GetCircuitsRequest, JsonObject>;
  /** The context loaders that definitions may name. */
  getContextLoaders: Call<GetContextLoadersRequest, JsonObject>;
  /** When the tenant is told of groups of failures that nobody looks after. */
  getEscalationRules: Call<GetEscalationRulesRequest, JsonObject>;
  /** Failures by their causes, with exact counts. */
  getFailureGroups: Call<GetFailureGroupsRequest, Page<FailureGroup>>;
  /** The limits of the tenant, with what uses them and waits for them now. */
  getLimits: Call<GetLimitsRequest, JsonObject>;
  /** What operators may do, the least specific policies first. */
  getOperatorPolicies: Call<GetOperatorPoliciesRequest, JsonObject>;
  /** A process definition with what belongs to it. */
  getProcessBundle: Call<GetProcessBundleRequest, JsonObject>;
  /** Everything about one process definition. */
  getProcessDefinitionById: Call<GetProcessDefinitionByIdRequest, JsonObject>;
  /** Process definitions, page by page. */
  getProcessDefinitionList: Call<GetProcessDefinitionListRequest, Page<JsonObject>>;
  /** The BPMN model of a process definition. */
  getProcessDefinitionXml: Call<GetProcessDefinitionXmlRequest, string>;
  /** Every visit of every element, in order. */
  getProcessInstanceActivities: Call<instances.GetProcessInstanceActivitiesRequest, JsonObject>;
  /** Every visit with its attempts, input, output and changes of variables, in the order of entering. */
  getProcessInstanceHistory: Call<instances.GetProcessInstanceHistoryRequest, JsonObject>;
  /** Process instances, filtered, page by page. */
  getProcessInstanceList: Call<instances.GetProcessInstanceListRequest, Page<JsonObject>>;
  /** Everything about one process instance. */
  getProcessInstanceState: Call<instances.GetProcessInstanceStateRequest, InstanceState>;
  /** A process instance as it was after a step, or at an instant. */
  getStateAt: Call<instances.GetStateAtRequest, JsonObject>;
  /** What a webhook has not received yet, oldest first. */
  getWebhookDeliveries: Call<GetWebhookDeliveriesRequest, Page<JsonObject>>;
  /** The webhooks of the tenant, with what they have not received. */
  getWebhooks: Call<GetWebhooksRequest, JsonObject>;
  /** End the automatic attempts of a task: a person decides. */
  giveUpRetries: Call<GiveUpRetriesRequest, OperatorAnswer>;
  /** The API tokens of the tenant, without their secrets. */
  listApiTokens: Call<ListApiTokensRequest, JsonObject>;
  /** Hold back automatic attempts that depend on an endpoint or a task type. */
  openCircuit: Call<OpenCircuitRequest, JsonObject>;
  /** Let a batch begin nothing more until it is resumed. */
  pauseBatch: Call<batches.PauseBatchRequest, Batch>;
  /** Begin nothing new until the instance is resumed. */
  pauseProcessInstance: Call<instances.PauseProcessInstanceRequest, InstanceState>;
  /** Move the next automatic attempt of a task to another time. */
  postponeRetry: Call<PostponeRetryRequest, OperatorAnswer>;
  /** What a batch would be about, with a dry run of its first items. Changes nothing. */
  previewBatch: Call<batches.PreviewBatchRequest, BatchPreview>;
  /** Bring a message to all that wait for it, start what it starts, and keep it for its time to live. */
  publishMessage: Call<PublishMessageRequest, PublishedMessage>;
  /** Say that a job is being worked on, and extend its lock. */
  recordHeartbeat: Call<RecordHeartbeatRequest, HeartbeatAnswer>;
  /** Do not agree to a command that somebody has asked for; who has asked takes it back this way. */
  reject: Call<RejectRequest, JsonObject>;
  /** Tell of neglected groups of failures no more. */
  removeEscalationRule: Call<RemoveEscalationRuleRequest, null>;
  /** Take a limit away: what waits for it goes on. */
  removeLimit: Call<RemoveLimitRequest, JsonObject>;
  /** Take a policy away: what a less specific one says counts again. */
  removeOperatorPolicy: Call<RemoveOperatorPolicyRequest, JsonObject>;
  /** Give a process definition another name; its version stays. */
  renameProcessDefinition: Call<RenameProcessDefinitionRequest, JsonObject>;
  /** Do a batch again, on those of its items that have not recovered. */
  repeatBatchFailures: Call<batches.RepeatBatchFailuresRequest, Batch>;
  /** Ask a second person to agree to a command; what it would do is shown to both. */
  requestApproval: Call<RequestApprovalRequest, JsonObject>;
  /** Let a paused or stopped batch go on, whatever its canaries said. */
  resumeBatch: Call<batches.ResumeBatchRequest, Batch>;
  /** Begin a new instance at an activity of one that has ended or is in error, with its variables of that time. */
  restartFromActivity: Call<instances.RestartFromActivityRequest, InstanceState>;
  /** Go on where the instance was paused. */
  resumeProcessInstance: Call<instances.ResumeProcessInstanceRequest, InstanceState>;
  /** Execute a failed task again, with corrected variables. */
  retryFailedTask: Call<RetryFailedTaskRequest, OperatorAnswer>;
  /** Attempt a task that waits for its next automatic attempt now. */
  retryNow: Call<RetryNowRequest, OperatorAnswer>;
  /** Deliver again what was parked because its attempts were used up. */
  retryWebhookDeliveries: Call<RetryWebhookDeliveriesRequest, JsonObject>;
  /** Hand in the result, or the failure, of work outside that a task waits for. */
  returnCallback: Call<ReturnCallbackRequest, InstanceState>;
  /** End an API token for good. */
  revokeApiToken: Call<RevokeApiTokenRequest, JsonObject>;
  /** Say when the tenant is told of groups of failures that nobody looks after. */
  setEscalationRule: Call<SetEscalationRuleRequest, JsonObject>;
  /** Limit how many attempts of a task type, or to an endpoint, run at once or begin in a second. */
  setLimit: Call<SetLimitRequest, JsonObject>;
  /** Say what operators may do with a task, a process or all of the tenant, and what a second person has to agree to. */
  setOperatorPolicy: Call<SetOperatorPolicyRequest, JsonObject>;
  /** Change variables of an instance that has not ended. */
  setProcessVariables: Call<instances.SetProcessVariablesRequest, InstanceState>;
  /** Complete what waits: a user task, a receive task or a message event. */
  signalProcessInstance: Call<SignalProcessInstanceRequest, InstanceState>;
  /** Pass over a failed task with a stated result. */
  skipFailedTask: Call<SkipFailedTaskRequest, OperatorAnswer>;
  /** Do a command on many instances, and find out what came of each. */
  startBatch: Call<batches.StartBatchRequest, Batch>;
  /** Start a process instance. */
  startProcessInstance: Call<instances.StartProcessInstanceRequest, InstanceState>;
  /** Supervised mode: stand before the previous task again. */
  stepBackward: Call<instances.StepBackwardRequest, OperatorAnswer>;
  /** Supervised mode: execute the task that the process stands before. */
  stepForward: Call<instances.StepForwardRequest, OperatorAnswer>;
  /** End a job with a modelled error. */
  throwBpmnError: Call<ThrowBpmnErrorRequest, JobAnswer>;
  /** Say who looks after a group of failures, what is known about it, and whether it is taken care of. */
  updateFailureGroup: Call<UpdateFailureGroupRequest, JsonObject>;
  /** Change how many automatic attempts a job has left. */
  updateJobRetries: Call<UpdateJobRetriesRequest, JobAnswer>;
  /** Change a process definition; a new model makes a new version. */
  updateProcessDefinition: Call<UpdateProcessDefinitionRequest, JsonObject>;
  /** Change how often and when one task is attempted. */
  updateRetryPolicy: Call<UpdateRetryPolicyRequest, OperatorAnswer>;
  /** Start a process by the clock (not available yet). */
  updateSchedulingInformation: Call<UpdateSchedulingInformationRequest, JsonObject>;
  /** Change where and of what events are told, or let a webhook rest. */
  updateWebhook: Call<UpdateWebhookRequest, JsonObject>;
  /** Check that no entry of the audit trail was altered, inserted or removed. */
  verifyAuditTrail: Call<audit.VerifyAuditTrailRequest, JsonObject>;
}
