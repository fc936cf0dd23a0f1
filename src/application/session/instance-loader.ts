import { newInstance, runPolicyOf, type CallActivityNode, type StartProcessInstance } from '../../engine/index.js';
import { UnknownVersion, type DefinitionCache } from '../definition-cache.js';
import type { Clock } from '../ports/clock.js';
import type { CalledBy, InstanceHeader, InstanceStore, StoredInstance } from '../ports/instance-store.js';
import { keyOf, type InstanceCache } from './instance-cache.js';
import { EMPTY_TRAIL, type LiveInstance } from './live-instance.js';
import type { QueuedCommand } from './queued-command.js';

/** An instance as a command finds it. */
export interface LoadedInstance {
  readonly before: LiveInstance;
  /** Read for this batch, or not born yet; not remembered from an earlier one. */
  readonly fresh: boolean;
}

type CompiledParts = Pick<LiveInstance, 'definition' | 'caller'>;

/** Brings the instances of a batch: from memory, from the database in one round trip, or new. */
export class InstanceLoader {
  constructor(
    private readonly store: InstanceStore,
    private readonly definitions: DefinitionCache,
    private readonly clock: Clock,
    private readonly cache: InstanceCache,
  ) {}

  /** By key. What does not exist is missing; an Error stands where this one instance cannot be had. */
  async load(batch: readonly QueuedCommand[]): Promise<Map<string, LoadedInstance | Error>> {
    const found = new Map<string, LoadedInstance | Error>();
    const unread: QueuedCommand[] = [];
    const unborn: QueuedCommand[] = [];
    for (const item of batch) {
      const known = item.reread ? undefined : this.cache.get(item.key);
      if (known) found.set(item.key, { before: known, fresh: false });
      else if (item.header !== null && !item.reread) unborn.push(item);
      else unread.push(item);
    }
    if (unread.length > 0) {
      const broken = (header: InstanceHeader, error: Error): unknown => found.set(keyOf(header), error);
      const targets = unread.map((item) => item.target);
      for (const stored of await this.store.loadByGuid(targets, broken)) {
        found.set(keyOf(stored.header), await this.compiled(stored.header, (parts) => ({ ...stored, ...parts, trail: null })));
      }
      // A start whose batch lost a race because of a neighbour: its own instance still does not exist.
      unborn.push(...unread.filter((item) => item.header !== null && !found.has(item.key)));
    }
    for (const { key, header, command } of unborn) {
      if (header === null || command.type !== 'start-process-instance') continue;
      found.set(key, await this.unborn(header, command));
    }
    return found;
  }

  /** An instance before its first step; an Error where its definition cannot be had. */
  unborn(header: InstanceHeader, command: StartProcessInstance): Promise<LoadedInstance | Error> {
    return this.compiled(header, (parts) => ({
      header: withStartVariables(header, command, parts),
      ...parts,
      trail: EMPTY_TRAIL,
      state: newInstance(command, this.clock.now()),
    }));
  }

  /** Those of remembered instances that another node has moved on since. */
  async findOutdated(remembered: readonly LiveInstance[]): Promise<ReadonlySet<LiveInstance>> {
    if (remembered.length === 0) return new Set();
    const versions = await this.store.readVersions(remembered.map(({ header }) => header.id));
    return new Set(remembered.filter(({ header, state }) => versions.get(header.id) !== state.version));
  }

  /** As it is stored. @throws Error where its definition cannot be had */
  async revive(stored: StoredInstance): Promise<LiveInstance> {
    return { ...stored, ...(await this.partsOf(stored.header)), trail: null };
  }

  private async partsOf({ definitionId, definitionVersion, calledBy }: InstanceHeader): Promise<CompiledParts> {
    const ready = this.definitions.peek(definitionId, definitionVersion);
    const definition = ready ?? (await this.definitions.get(definitionId, definitionVersion));
    return { definition, caller: calledBy === null ? null : await this.callerOf(calledBy) };
  }

  /** The model of a caller that has ended may be deleted; then nothing of it counts any more. */
  private async callerOf({ definitionId, definitionVersion, nodeId }: CalledBy): Promise<CallActivityNode | null> {
    try {
      const { nodesById } = await this.definitions.get(definitionId, definitionVersion);
      const node = nodesById.get(nodeId);
      return node?.type === 'callActivity' ? node : null;
    } catch (error) {
      if (error instanceof UnknownVersion) return null;
      throw error;
    }
  }

  /** A definition that cannot be had is the trouble of its own instances only. */
  private async compiled(header: InstanceHeader, live: (parts: CompiledParts) => LiveInstance): Promise<LoadedInstance | Error> {
    try {
      return { before: live(await this.partsOf(header)), fresh: true };
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }
}

/** Kept only where another run may follow. */
function withStartVariables(header: InstanceHeader, command: StartProcessInstance, parts: CompiledParts): InstanceHeader {
  const { variables, startAt } = command;
  const mayFollow = startAt === undefined && runPolicyOf(parts.definition, parts.caller) !== null;
  return mayFollow ? { ...header, startVariables: variables } : header;
}
