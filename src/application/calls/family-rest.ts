import { Injectable } from '@nestjs/common';
import { openElements, type ElementInstance } from '../../engine/index.js';
import { CallStore } from '../ports/calls.js';
import type { InstanceKey } from '../ports/instance-store.js';
import { atRest } from '../session/await-rest.js';
import { EngineSession } from '../session/engine-session.js';
import type { LiveInstance } from '../session/live-instance.js';

/** Looks at what is stored, from the first one to the slowest, in ms: what this server commits is heard of at once. */
const FIRST_LOOK_MS = 100;
const LOOK_MS = 1_000;
/** Instances that one wait looks at. */
const MEMBERS = 200;

/**
 * What who starts a process waits for where others are called: until the instance, with all that it called and the runs that
 * follow failed ones, has come to rest.
 */
@Injectable()
export class FamilyRest {
  constructor(
    private readonly session: EngineSession,
    private readonly calls: CallStore,
  ) {}

  /** The newest run of the instance, as it is when all rests, or after `waitMs`. `foreign`: visits that are not waited for. */
  async of(heard: LiveInstance, foreign: ReadonlySet<number>, waitMs: number): Promise<LiveInstance> {
    const isOver = !isFollowed(heard, foreign) && heard.state.ending?.because !== 'retried';
    if (isOver || waitMs <= 0) return heard;
    const family = new Family(heard, foreign);
    let wake = (): void => undefined;
    const stop = this.session.watch.onAny((instance) => {
      if (family.take(instance) && family.isAtRest()) wake();
    });
    const until = performance.now() + waitMs;
    try {
      // What was committed before we listened, and what other servers do: they carry calls of ours, and we of theirs.
      for (let pauseMs = FIRST_LOOK_MS; ; pauseMs = Math.min(pauseMs * 2, LOOK_MS)) {
        await this.readInto(family, heard.header);
        const leftMs = until - performance.now();
        if (family.isAtRest() || leftMs <= 0) break;
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, Math.min(pauseMs, leftMs));
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        if (family.isAtRest()) break;
      }
    } finally {
      stop();
    }
    return family.newestRun();
  }

  private async readInto(family: Family, key: InstanceKey, level = 0): Promise<void> {
    const instance = await this.session.read(key);
    if (!instance || !family.take(instance)) return;
    const { header, state } = instance;
    const { ending } = state;
    if (ending?.nextGuid) await this.readInto(family, { tenantId: header.tenantId, guid: ending.nextGuid }, level + 1);
    if (level > MEMBERS) return;
    for (const { id, status } of openElements(state)) {
      if (status !== 'calling') continue;
      for (const child of await this.calls.openChildrenOf(header.id, id)) await this.readInto(family, child, level + 1);
    }
  }
}

/** The instance that is waited for, its later runs, and what they call: as far as their commits have been heard of. */
class Family {
  private readonly members = new Map<number, LiveInstance>();

  constructor(
    private readonly first: LiveInstance,
    private readonly foreign: ReadonlySet<number>,
  ) {
    this.members.set(first.header.id, first);
  }

  /** False: it is none of them, or older than what is known. */
  take(instance: LiveInstance): boolean {
    const { header, state } = instance;
    const known = this.members.get(header.id);
    if (!known && (this.members.size >= MEMBERS || !this.isOne(instance))) return false;
    if (known && known.state.version > state.version) return false;
    this.members.set(header.id, instance);
    return true;
  }

  newestRun(): LiveInstance {
    let newest = this.first;
    for (const member of this.members.values()) if (this.isRunOfFirst(member) && runOf(member) >= runOf(newest)) newest = member;
    return newest;
  }

  isAtRest(): boolean {
    return this.rests(this.newestRun());
  }

  /** An ended child is about to move its caller on; a run that has not begun yet is about to. */
  private rests(instance: LiveInstance): boolean {
    const { state, header } = instance;
    if (state.ending?.because === 'retried' || isBetweenRuns(instance)) return false;
    const foreign = header.id === this.first.header.id ? this.foreign : new Set<number>();
    if (state.endedAt !== null) return true;
    if (!atRest(state, { foreign })) return false;
    const calling = openElements(state).filter(({ id, status }) => status === 'calling' && !foreign.has(id));
    if (state.status === 'error' || state.status === 'waiting' || state.paused) return true;
    return calling.every(({ id }) => this.hasChildAtRest(header.id, id));
  }

  private hasChildAtRest(parentId: number, elementInstanceId: number): boolean {
    for (const member of this.members.values()) {
      const { calledBy } = member.header;
      if (calledBy?.instanceId !== parentId || calledBy.elementInstanceId !== elementInstanceId) continue;
      if (member.state.endedAt === null) return this.rests(member);
    }
    return false;
  }

  private isOne(instance: LiveInstance): boolean {
    const { calledBy } = instance.header;
    return (calledBy !== null && this.members.has(calledBy.instanceId)) || this.isRunOfFirst(instance);
  }

  private isRunOfFirst({ header, state }: LiveInstance): boolean {
    const { first } = this;
    if (header.tenantId !== first.header.tenantId) return false;
    return header.id === first.header.id || (state.run !== null && state.run.firstGuid === first.state.run?.firstGuid);
  }
}

function runOf({ state }: LiveInstance): number {
  return state.run?.number ?? 1;
}

function isBetweenRuns({ state, definition }: LiveInstance): boolean {
  const isDelayed = ({ nodeId, status }: ElementInstance): boolean =>
    status === 'retrying' && definition.nodesById.get(nodeId)?.type === 'startEvent';
  return state.run !== null && openElements(state).some(isDelayed);
}

function isFollowed({ state }: LiveInstance, foreign: ReadonlySet<number>): boolean {
  if (state.status !== 'running') return false;
  return openElements(state).some(({ id, status }) => status === 'calling' && !foreign.has(id));
}
