import fc from 'fast-check';
import { readModel } from '../../src/bpmn/index.js';
import { isActivity, type ProcessDefinition } from '../../src/engine/index.js';
import { Drive } from './drive.js';
import { deed, perform, retry } from './random-deeds.js';
import { randomModel, writeModel } from './random-model.js';
import { connectorsOf, withRecovery } from './random-recovery.js';

/** Models per run; `RANDOM_PROCESSES=20000` looks longer. */
const RUNS = Number(process.env['RANDOM_PROCESSES'] ?? 100);

describe('a random process', () => {
  it(
    'keeps every promise of the engine, whatever happens to it',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          randomModel,
          fc.array(deed, { maxLength: 60 }),
          fc.boolean(),
          fc.integer({ min: 0, max: 10 }),
          fc.nat(1_000),
          async (random, deeds, supervised, x, recovery) => {
            const result = await readModel(writeModel(random));
            const definition = result.kind === 'accepted' ? result.processes[0] : undefined;
            if (!definition) throw new Error(`Expected the model to be accepted, but: ${JSON.stringify(result)}`);
            const drive = new Drive(recovery % 5 ? withRecovery(definition, recovery) : definition);
            if (recovery % 5) drive.connectors = connectorsOf(recovery);
            drive.apply({
              type: 'start-process-instance',
              guid: 'g',
              variables: { x, text: 'a' },
              executionMode: supervised ? 'Supervised' : 'Unsupervised',
              startEventId: null,
              ...startAt(definition, recovery),
            });
            for (const each of deeds) perform(drive, each);
            finish(drive);
          },
        ),
        { numRuns: RUNS, ...(process.env['SEED'] ? { seed: Number(process.env['SEED']) } : {}) },
      );
    },
    Math.max(60_000, RUNS * 50),
  );
});

/** Now and then it begins at an activity instead. */
function startAt({ nodes }: ProcessDefinition, pick: number): { startAt?: string } {
  const activities = nodes.filter((node) => isActivity(node) && node.parent === null && node.incoming.length > 0);
  const chosen = pick % 4 === 0 ? activities[pick % activities.length] : undefined;
  return chosen ? { startAt: chosen.id } : {};
}

/** Goes on as a benevolent world would, then cancels: in the end nothing is left anywhere. */
function finish(drive: Drive): void {
  const benevolent = [
    'resume',
    'activate',
    'complete',
    'signal',
    'message',
    'step-forward',
    'fire',
    'retry',
    'skip',
    'child',
  ] as const;
  for (let turn = 0; turn < 15; turn++) for (const kind of benevolent) perform(drive, { kind, pick: turn, value: 1 });
  if (drive.state?.endedAt === null) drive.apply({ type: 'cancel-process-instance', mode: 'graceful', expectedVersion: null });
  const { timers, attempts, subscriptions, incidents, jobs, children, next } = drive.outside;
  expect([timers.size, attempts.size, subscriptions.size, incidents.size, jobs.size, children.size]).toEqual([0, 0, 0, 0, 0, 0]);
  expect(next !== null).toBe(drive.state?.ending?.because === 'retried');
  expect(Object.keys(drive.state?.scopes ?? {})).toEqual([]);
  for (const command of [{ type: 'pause-process-instance', expectedVersion: null }, retry(null, null, 'always')] as const)
    expect(drive.apply(command).kind).toBe('rejected');
}
