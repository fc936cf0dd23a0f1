import type { JobKind } from './jobs.js';

/** What one node tells the others: only where to look earlier. A lost hint costs the time until the next poll. */
export interface NodeHint {
  /** A timer row falls due at this instant, and its writer does not act on timers. Epoch ms. */
  readonly dueAt?: number;
  /** Instances that were moved on while another node ran attempts of them. */
  readonly movedInstances?: readonly number[];
  /** Kinds of which a worker may take a job now. */
  readonly openJobs?: readonly JobKind[];
  /** A circuit has opened or closed. */
  readonly circuits?: true;
  /** A batch can begin, or is not to go on as before. */
  readonly batches?: true;
}

/** The way from node to node, through the database but outside of every transaction of the engine. */
export abstract class HintChannel {
  /** Listens from now on, and again after each loss of the connection. @param onHint told what others send, never its own */
  abstract open(onHint: (hint: NodeHint) => void): void;
  /** Never rejects: a hint that cannot be sent is dropped. */
  abstract send(hint: NodeHint): Promise<void>;
  abstract close(): Promise<void>;
}
