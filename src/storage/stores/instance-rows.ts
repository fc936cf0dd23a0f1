import type { StepWrite } from '../../application/ports/instance-store.js';
import { ROOT_SCOPE } from '../../engine/index.js';
import type { BoundStatement } from '../connection/hot-pool.js';
import { RowBuffer } from '../connection/row-buffer.js';
import { deleteScopes, insertInstances, sweepEndedInstances, updateInstances, upsertScopes } from '../sql/save-steps.js';
import { encodeScope, encodeState } from './encoded-state.js';

/** The rows of the instances themselves: their own, and those of their sub-process scopes. */
export class InstanceRows {
  private readonly updated = new RowBuffer(updateInstances);
  private readonly inserted = new RowBuffer(insertInstances);
  private readonly upsertedScopes = new RowBuffer(upsertScopes);
  private readonly deletedScopes = new RowBuffer(deleteScopes);
  private readonly ended = new RowBuffer(sweepEndedInstances);

  add(write: StepWrite): void {
    if (write.expectedVersion === 0) this.insert(write);
    else this.update(write);
    if (write.state.endedAt === null) this.addScopes(write);
    else if (write.expectedVersion > 0) this.ended.add(write.header.id);
  }

  /** The guarded statements first: what a conflict dooms need not be tried. */
  bindTo(statements: BoundStatement[]): void {
    this.updated.bindTo(statements);
    this.inserted.bindTo(statements);
    this.deletedScopes.bindTo(statements);
    this.upsertedScopes.bindTo(statements);
    this.ended.bindTo(statements);
  }

  private insert({ header, state, variablesText, ownerNode, currentActivityId }: StepWrite): void {
    this.inserted.add(
      header.id,
      header.tenantId,
      header.guid,
      header.definitionId,
      header.definitionVersion,
      header.processKey,
      header.businessKey,
      header.contextTypeId,
      header.contextId,
      state.executionMode,
      state.status,
      state.version,
      ownerNode,
      currentActivityId,
      state.startedAt,
      state.updatedAt,
      state.endedAt,
      encodeState(state),
      variablesText ?? JSON.stringify(state.variables),
      header.calledBy === null ? null : header.calledBy.instanceId,
      header.calledBy === null ? null : JSON.stringify(header.calledBy),
      header.startVariables === null ? null : JSON.stringify(header.startVariables),
      header.restartedFrom === null ? null : header.restartedFrom.instanceId,
      header.restartedFrom === null ? null : JSON.stringify(header.restartedFrom),
    );
  }

  private update({ header, state, expectedVersion, variablesText, ownerNode, currentActivityId }: StepWrite): void {
    this.updated.add(
      header.id,
      expectedVersion,
      state.executionMode,
      state.status,
      state.version,
      ownerNode,
      currentActivityId,
      state.updatedAt,
      state.endedAt,
      encodeState(state),
      variablesText,
    );
  }

  private addScopes({ header, state, touchedScopes, expectedVersion }: StepWrite): void {
    for (const scopeId of touchedScopes) {
      if (scopeId === ROOT_SCOPE) continue;
      const scope = state.scopes[scopeId];
      if (scope) this.upsertedScopes.add(header.id, scopeId, encodeScope(scope));
      else if (expectedVersion > 0) this.deletedScopes.add(header.id, scopeId);
    }
  }
}
