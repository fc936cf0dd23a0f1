import { Injectable, Logger } from '@nestjs/common';
import { CalledInstances } from '../application/calls/called-instances.js';
import { CallStore, type DueCall } from '../application/ports/calls.js';
import { NodeIdentity } from '../application/ports/clock.js';
import { StorageUnavailable } from '../application/ports/instance-store.js';

/** Rows claimed at once. */
const CLAIM = 200;
/** For how long a claimed row is ours, in ms: what a server that dies leaves goes on then. To act on a row twice does no harm. */
const CLAIM_MS = 5_000;

/** Carries what one instance has to bring about at another: children to start and to cancel, ends to tell. */
@Injectable()
export class CallCourier {
  private readonly logger = new Logger('Calls');
  private readonly underWay = new Set<Promise<void>>();

  constructor(
    private readonly store: CallStore,
    private readonly called: CalledInstances,
    private readonly node: NodeIdentity,
  ) {}

  /** Claims what is there and begins to carry it. `moved` is told the instances that went on. @returns how many rows */
  async begin(moved: Set<number>): Promise<number> {
    const due = await this.store.claimDue(CLAIM, this.node.node, CLAIM_MS);
    if (due.length === 0) return 0;
    const carried = this.carryAll(due, moved).finally(() => this.underWay.delete(carried));
    this.underWay.add(carried);
    return due.length;
  }

  /** Resolves when all has ended that is under way now. */
  async allEnded(): Promise<void> {
    await Promise.all(this.underWay);
  }

  /** Never rejects: a row that could not be acted on is claimed again when its claim has run out. */
  private async carryAll(due: readonly DueCall[], moved: Set<number>): Promise<void> {
    const done: DueCall[] = [];
    const carry = async (call: DueCall): Promise<void> => {
      const id = await this.called.act(call);
      if (id !== null) moved.add(id);
      done.push(call);
    };
    await Promise.all(due.map((call) => carry(call).catch((error: unknown) => this.report(call, error))));
    await this.store.discard(done).catch(() => undefined);
  }

  private report({ instanceId, elementInstanceId, kind }: DueCall, error: unknown): void {
    if (error instanceof StorageUnavailable) return;
    this.logger.error({ instanceId, elementInstanceId, kind, error: String(error) }, 'A call between instances failed');
  }
}
