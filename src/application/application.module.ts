import { Module, type OnModuleInit } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { TokenLookup } from './access/token-lookup.js';
import { ApprovableCommands } from './approvals/approvable.js';
import { AuditExport } from './audit/audit-export.js';
import { BatchItemDeed } from './batches/batch-item-deed.js';
import { BatchMove } from './batches/batch-move.js';
import { BatchReport } from './batches/batch-report.js';
import { BatchRuns } from './batches/batch-runs.js';
import { BatchStart } from './batches/batch-start.js';
import { CalledInstances } from './calls/called-instances.js';
import { FamilyRest } from './calls/family-rest.js';
import { DefinitionCache } from './definition-cache.js';
import { DefinitionCatalog } from './definition-catalog.js';
import { EventFeed } from './events/event-feed.js';
import { InstanceFeed } from './events/instance-feed.js';
import { TrailPulse } from './events/trail-pulse.js';
import { HANDLERS } from './handlers.js';
import { InstanceAnswer } from './instance-answer.js';
import { InstanceStarter } from './instance-starter.js';
import { JobActivation } from './jobs/job-activation.js';
import { JobAdmission } from './jobs/job-admission.js';
import { JobBoard } from './jobs/job-board.js';
import { JobCommand } from './jobs/job-command.js';
import { BufferedMessages } from './messages/buffered-messages.js';
import { OperatorPermits } from './operator-rules/operator-permits.js';
import { PolicyLookup } from './operator-rules/policy-lookup.js';
import { OperatorCommand } from './operator-command.js';
import { DefinitionChanges } from './process-definitions/definition-changes.js';
import { RestoredVariables } from './process-instances/restart-from-activity/restored-variables.js';
import { RequestAudit } from './request-audit.js';
import { allRequests } from './requests/api-request.js';
import { checkHandlers } from './requests/check-handlers.js';
import { BranchRest } from './session/branch-rest.js';
import { EngineSession } from './session/engine-session.js';
import { EditRetries } from './tasks/edit-retries.js';
import { TrailReader } from './trail-reader.js';
import { VariablesPast } from './variables-past.js';

const SHARED = [
  AuditExport,
  BatchReport,
  BatchRuns,
  BufferedMessages,
  CalledInstances,
  DefinitionCache,
  DefinitionCatalog,
  EngineSession,
  EventFeed,
  InstanceAnswer,
  InstanceFeed,
  InstanceStarter,
  JobBoard,
  RequestAudit,
  TokenLookup,
  VariablesPast,
  TrailPulse,
];

/** All use cases. What they ask for in `ports` comes from the global modules of storage, runner and API. */
@Module({
  imports: [CqrsModule],
  providers: [
    ...SHARED,
    ApprovableCommands,
    BatchItemDeed,
    BatchMove,
    BatchStart,
    BranchRest,
    FamilyRest,
    DefinitionChanges,
    JobActivation,
    JobAdmission,
    JobCommand,
    EditRetries,
    OperatorCommand,
    OperatorPermits,
    PolicyLookup,
    RestoredVariables,
    TrailReader,
    ...HANDLERS,
  ],
  exports: [CqrsModule, ...SHARED],
})
export class ApplicationModule implements OnModuleInit {
  /** @throws Error when a command has no handler or two */
  onModuleInit(): void {
    checkHandlers(HANDLERS, allRequests());
  }
}
