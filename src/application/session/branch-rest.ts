import { Injectable } from '@nestjs/common';
import { openElements } from '../../engine/index.js';
import { InstanceReader } from '../ports/readers.js';
import { atRest, awaitRest, judge, passedOverBy, type RestOptions, type RestReport } from './await-rest.js';
import { EngineSession } from './engine-session.js';
import type { LiveInstance } from './live-instance.js';

/** Newest attempts among which the one is looked for that was waited for. */
const ATTEMPTS = 100;
/** Between looks at what is stored while a worker does the attempt, in ms. */
const LOOK_MS = 1_000;

/**
 * What a command waits for. This process hears of its own commits only: where they leave it open how the branch ended
 * (another server may have taken it over while this one was frozen), what is stored tells.
 */
@Injectable()
export class BranchRest {
  constructor(
    private readonly session: EngineSession,
    private readonly reader: InstanceReader,
  ) {}

  /**
   * Call in the same turn as the commit.
   * @throws StorageUnavailable where the attempt's end can only be read, and the database is away
   */
  async of(committed: LiveInstance, options: RestOptions): Promise<RestReport> {
    const heard = await this.hear(committed, options);
    if (heard.attempt === 'interrupted') return this.ofStored(heard, options);
    const isOver = heard.attempt === 'failed' || heard.attempt === 'retrying' || heard.instance.state.endedAt !== null;
    if (options.waitMs === 0 || isOver || (heard.attempt !== 'pending' && atRest(heard.instance.state, options))) return heard;
    // True when it was heard; better the newest, but not at any price.
    return this.ofStored(heard, options).catch(() => heard);
  }

  /**
   * The same for the attempt alone: what follows it is not waited for.
   * @throws StorageUnavailable where its end can only be read, and the database is away
   */
  async ofAttempt(committed: LiveInstance, options: Omit<RestOptions, 'graceMs'>): Promise<RestReport> {
    const heard = await this.hear(committed, { ...options, graceMs: 0 });
    return heard.attempt === 'interrupted' || heard.attempt === 'pending'
      ? this.ofStored(heard, { ...options, graceMs: 0 })
      : heard;
  }

  /** A worker may hand in its outcome at any server: what is stored is looked at from time to time. */
  private async hear(committed: LiveInstance, options: RestOptions): Promise<RestReport> {
    const deadline = performance.now() + options.waitMs;
    for (let from = committed; ;) {
      const leftMs = Math.max(0, deadline - performance.now());
      const isWorkers = isDoneByWorker(from, options.elementInstanceId);
      const heard = await awaitRest(this.session.watch, from, {
        ...options,
        waitMs: isWorkers ? Math.min(leftMs, LOOK_MS) : leftMs,
      });
      if (heard.attempt !== 'pending' || !isWorkers || leftMs <= LOOK_MS) return heard;
      const stored = await this.session.read(heard.instance.header);
      const report = stored ? judge(stored, [], options, heard) : heard;
      if (!stored || report.attempt !== 'pending') return report;
      from = stored;
    }
  }

  private async ofStored(heard: RestReport, options: RestOptions): Promise<RestReport> {
    const stored = await this.session.read(heard.instance.header);
    if (!stored) return heard;
    const report = judge(stored, [], options, heard);
    if (report.attempt !== 'interrupted' || options.elementInstanceId === null) return report;
    return { ...report, ...(await this.endOf(stored, options.elementInstanceId)) };
  }

  /** Of a visit that is not open any more. */
  private async endOf({ header, state }: LiveInstance, visit: number): Promise<Partial<RestReport>> {
    const [ended] = await this.reader.endedActivities({ id: header.id, startedAt: state.startedAt }, visit - 1, 1);
    const attempts = await this.reader.attempts(header.id, ATTEMPTS);
    const last = attempts.filter(({ elementInstanceId }) => elementInstanceId === visit).at(-1);
    const passedOver = last ? passedOverBy(last.decision, last.errorCode, last.errorMessage) : null;
    const executionTimeMs = last ? last.endedAt.getTime() - last.startedAt.getTime() : null;
    if (passedOver && ended?.sequence === visit) return { attempt: 'passed-over', executionTimeMs, passedOver };
    const wentOn = ended?.sequence === visit && (ended.status === 'completed' || last?.outcome === 'bpmn-error');
    if (!wentOn) return {};
    return { attempt: 'succeeded', executionTimeMs };
  }
}

function isDoneByWorker({ state }: LiveInstance, visit: number | null): boolean {
  const element = openElements(state).find(({ id }) => id === visit);
  return element !== undefined && (element.status === 'queued' || element.lock !== null);
}
