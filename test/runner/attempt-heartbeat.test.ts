import { describe, expect, test } from '@jest/globals';
import { AttemptHeartbeat } from '../../src/runner/attempt-heartbeat.js';
import type { JsonValue } from '../../src/engine/index.js';

function listening(): { heartbeat: AttemptHeartbeat; said: JsonValue[] } {
  const said: JsonValue[] = [];
  const say = (details: JsonValue): Promise<void> => {
    said.push(details);
    return Promise.resolve();
  };
  return { heartbeat: new AttemptHeartbeat(say, null), said };
}

describe('what a running attempt says of its progress', () => {
  test('is stored at once, then the last word of many when the attempt ends', async () => {
    const { heartbeat, said } = listening();
    for (let done = 1; done <= 100; done++) heartbeat.beat({ done });
    await heartbeat.flush();
    await heartbeat.flush();
    expect(said.length).toBeLessThanOrEqual(3);
    expect(said.at(-1)).toEqual({ done: 100 });
  });

  test('is left out where it is in a circle or larger than 64 KiB; the attempt goes on', async () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    for (const details of [circle as JsonValue, 'x'.repeat(65_536)]) {
      const { heartbeat, said } = listening();
      heartbeat.beat(details);
      await heartbeat.flush();
      expect(said).toEqual([]);
    }
  });
});
