import { describe, expect, test } from '@jest/globals';
import { CommandQueue } from '../../../src/application/session/command-queue.js';

interface Item {
  readonly key: string;
  readonly target: { readonly tenantId: string };
  readonly name: string;
}

/** `acme/1:start`: tenant, instance and what is to be done. */
function item(name: string): Item {
  const [key = '', tenantId = ''] = [name.split(':')[0], name.split('/')[0]];
  return { key, target: { tenantId }, name };
}

function queueOf(...names: string[]): CommandQueue<Item> {
  const queue = new CommandQueue<Item>();
  for (const name of names) queue.push(item(name));
  return queue;
}

function take(queue: CommandQueue<Item>, limit: number): string[] {
  const batch = queue.takeBatch(limit);
  queue.release(batch);
  return batch.map(({ name }) => name);
}

describe('commands that wait', () => {
  test('are taken in the order of their arrival, one of an instance at a time', () => {
    const queue = queueOf('acme/1:start', 'acme/2:start', 'acme/1:cancel', 'acme/3:start');

    expect(take(queue, 10)).toEqual(['acme/1:start', 'acme/2:start', 'acme/3:start']);
    expect(take(queue, 10)).toEqual(['acme/1:cancel']);
    expect(take(queue, 10)).toEqual([]);
  });

  test('of an instance wait while it is in a batch', () => {
    const queue = queueOf('acme/1:start');
    const batch = queue.takeBatch(10);
    queue.push(item('acme/1:cancel'));

    expect(queue.takeBatch(10)).toEqual([]);
    expect(queue.size).toBe(1);
    queue.release(batch);

    expect(take(queue, 10)).toEqual(['acme/1:cancel']);
  });

  test('of one tenant stand behind one command of each other tenant, however many they are', () => {
    const storm = Array.from({ length: 20_000 }, (_, index) => `acme/${index}:start`);
    const queue = queueOf(...storm, 'other/1:start', 'other/2:start', 'third/1:start');

    expect(take(queue, 6)).toEqual([
      'acme/0:start',
      'other/1:start',
      'third/1:start',
      'acme/1:start',
      'other/2:start',
      'acme/2:start',
    ]);
    expect(take(queue, 2)).toEqual(['acme/3:start', 'acme/4:start']);
  });

  test('get their turn across batches: more tenants than a batch holds are served one after the other', () => {
    const queue = queueOf('a/1:x', 'a/2:x', 'b/1:x', 'b/2:x', 'c/1:x', 'c/2:x');

    expect(take(queue, 2)).toEqual(['a/1:x', 'b/1:x']);
    expect(take(queue, 2)).toEqual(['c/1:x', 'a/2:x']);
    expect(take(queue, 2)).toEqual(['b/2:x', 'c/2:x']);
  });

  test('that arrive while others are taken lose nothing and are taken once', () => {
    const queue = new CommandQueue<Item>();
    const names = Array.from({ length: 5_000 }, (_, index) => `t${index % 7}/${index % 900}:${index}`);
    const taken: string[] = [];
    for (const name of names) {
      queue.push(item(name));
      if (taken.length % 3 === 0) taken.push(...take(queue, 2));
    }
    for (let batch = take(queue, 50); batch.length > 0; batch = take(queue, 50)) taken.push(...batch);

    expect(new Set(taken).size).toBe(names.length);
    expect(taken).toHaveLength(names.length);
    expect(queue.size).toBe(0);
  });
});
