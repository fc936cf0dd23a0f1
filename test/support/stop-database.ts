import { once } from 'node:events';

/** Jest's globalTeardown: ends what `start-database` began, and waits until it is gone. */
export default async function stopDatabase(): Promise<void> {
  const holder = globalThis.repriseTestDatabase;
  globalThis.repriseTestDatabase = undefined;
  if (!holder || holder.exitCode !== null || holder.signalCode !== null) return;
  holder.stdin?.end();
  await once(holder, 'exit');
}
