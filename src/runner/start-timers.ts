import { Injectable } from '@nestjs/common';
import { nextStart } from '../application/process-definitions/start-schedule.js';
import { systemCaller } from '../application/caller.js';
import { DefinitionCache } from '../application/definition-cache.js';
import { InstanceStarter } from '../application/instance-starter.js';
import { Clock, NodeIdentity } from '../application/ports/clock.js';
import { DefinitionStore } from '../application/ports/readers.js';
import { StartTimerStore, type StartTimer } from '../application/ports/stores.js';
import { originOf } from '../application/requests/origin-of.js';

const CLAIM = 100;
const CLAIM_MS = 30_000;

/** Starts processes whose start event is a timer. */
@Injectable()
export class StartTimers {
  constructor(
    private readonly store: StartTimerStore,
    private readonly definitions: DefinitionStore,
    private readonly cache: DefinitionCache,
    private readonly starter: InstanceStarter,
    private readonly clock: Clock,
    private readonly node: NodeIdentity,
  ) {}

  /** `moved` is told the instances that were started. */
  async fireDue(now: number, moved: Set<number>): Promise<number> {
    const due = await this.store.claimDue(now, CLAIM, this.node.node, CLAIM_MS);
    for (const timer of due) await this.fire(timer, moved);
    return due.length;
  }

  /** The guid is made from the firing, so that two nodes, or one that died in between, start one instance. */
  private async fire(timer: StartTimer, moved: Set<number>): Promise<void> {
    const definition = await this.definitions.findById(timer.tenantId, timer.definitionId);
    if (definition?.isActive) {
      const result = await this.starter.start({
        definition,
        version: definition.version,
        guid: `timer-${timer.definitionId}-${timer.startEventId}-${timer.dueAt}`,
        variables: {},
        executionMode: 'Unsupervised',
        businessKey: null,
        contextTypeId: null,
        contextId: null,
        startEventId: timer.startEventId,
        origin: originOf(systemCaller(timer.tenantId, 'timer'), 'StartProcessInstance', this.clock.now(), {
          detail: { startEventId: timer.startEventId },
        }),
      });
      if (result.kind === 'done') moved.add(result.instance.header.id);
    }
    await this.store.advance(timer, definition ? await this.next(timer, definition.version) : null);
  }

  private async next(timer: StartTimer, version: number): Promise<number | null> {
    const compiled = await this.cache.get(timer.definitionId, version);
    const event = compiled.startEvents.find((each) => each.id === timer.startEventId);
    return event ? nextStart(event, timer.dueAt, timer.remaining) : null;
  }
}
