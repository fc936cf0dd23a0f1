import type { Command, ElementInstance, JsonObject } from '../../src/engine/index.js';
import type { Drive } from './drive.js';

/** Skips the failed element, now and then to nowhere. */
export function skip(drive: Drive, failed: ElementInstance | undefined, pick: number, outputs: JsonObject): Command[] {
  const outgoing = drive.definition.nodesById.get(failed?.nodeId ?? '')?.outgoing ?? [];
  const toActivityId = outgoing.length > 1 || pick % 7 === 0 ? (outgoing[pick % outgoing.length]?.target.id ?? 'nowhere') : null;
  return [
    {
      type: 'skip-failed-task',
      taskId: failed?.nodeId ?? null,
      outputs: pick % 2 ? outputs : null,
      toActivityId,
      expectedVersion: null,
    },
  ];
}
