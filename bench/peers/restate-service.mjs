/** The workflows of the Restate runs, in a process of their own as its design wants it. */
import { existsSync } from 'node:fs';

// The SDK wants Node 22 for this one function; we run on 20 as well.
Promise.withResolvers ??= function withResolvers() {
  const settle = {};
  const promise = new Promise((resolve, reject) => Object.assign(settle, { resolve, reject }));
  return { promise, ...settle };
};
const restate = await import('@restatedev/restate-sdk');

/** The second step of `failingSecondStep` works as soon as this file exists. */
const repairedFile = process.env['BENCH_REPAIRED_FILE'] ?? '';
let repaired = false;

const threeSteps = restate.workflow({
  name: 'threeSteps',
  handlers: {
    run: async (ctx, index) => {
      const first = await ctx.run('step1', () => index);
      const second = await ctx.run('step2', () => first + 1);
      return ctx.run('step3', () => second + 1);
    },
  },
});

const retryPolicy = { maxAttempts: 1, onMaxAttempts: /** @type {const} */ ('pause') };
const failingSecondStep = restate.workflow({
  name: 'failingSecondStep',
  handlers: {
    run: restate.handlers.workflow.workflow({ retryPolicy }, async (ctx, /** @type {number} */ index) => {
      const first = await ctx.run('step1', () => index);
      const second = await ctx.run('step2', () => secondStep(first));
      return ctx.run('step3', () => second + 1);
    }),
  },
});

const waitingForMessage = restate.workflow({
  name: 'waitingForMessage',
  handlers: {
    run: async (ctx, index) => {
      await ctx.run('step1', () => index);
      const message = await ctx.promise('go');
      return ctx.run('step3', () => message);
    },
    go: async (/** @type {import('@restatedev/restate-sdk').WorkflowSharedContext} */ ctx, /** @type {number} */ message) => {
      await ctx.promise('go').resolve(message);
    },
  },
});

await restate.serve({
  services: [threeSteps, failingSecondStep, waitingForMessage],
  port: Number(process.env['BENCH_PORT']),
  logger: () => undefined,
});

/** @param {number} first */
function secondStep(first) {
  repaired ||= existsSync(repairedFile);
  if (!repaired) throw new Error('The second step is down');
  return first + 1;
}
