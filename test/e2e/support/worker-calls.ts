import { randomUUID } from 'node:crypto';
import type { ActivatedJob } from '../../../src/contract/activated-job.js';
import { field, type ApiClient, type Data, type WireAnswer } from './api-client.js';
import { handlerTask, sequence, userTask } from './models.js';

/** Jobs of this type for a worker, as many as there are. */
export async function activate(client: ApiClient, type: string, more: object = {}): Promise<readonly ActivatedJob[]> {
  const answer = await client.cmd('ActivateJobs', { types: [type], worker: 'worker-1', maxJobs: 10, ...more });
  if (!answer.isSuccessful) throw new Error(`Expected jobs of '${type}', but: ${answer.text}`);
  return answer.data?.['jobs'] as readonly ActivatedJob[];
}

/** The one job of this type that there is, or comes. */
export async function activateOne(client: ApiClient, type: string, more: object = {}): Promise<ActivatedJob> {
  const jobs = await activate(client, type, { maxJobs: 1, ...more });
  const [job] = jobs;
  if (!job) throw new Error(`Expected a job of '${type}', but there is none`);
  return job;
}

/** Says something of a job with the token that came with it. */
export function say(client: ApiClient, command: string, { jobId, token }: ActivatedJob, more: object = {}): Promise<WireAnswer> {
  return client.cmd(command, { jobId, token, ...more });
}

/** Deploys a process of one worker's task and a person's behind it; gives the task type, which is the process key, too. */
export async function deployWork(admin: ApiClient, more: Readonly<Record<string, string>> = {}): Promise<string> {
  const type = `work-${randomUUID()}`;
  await admin.deploy(sequence(type, handlerTask('Task_Work', type, more), userTask('Task_After', 'After')));
  return type;
}

/** `job` of the oldest active element of an instance's state. */
export function jobIn(state: WireAnswer): unknown {
  return (field(state, 'activeActivities') as readonly Data[])[0]?.['job'];
}

/** `CompleteJob refused` and so on, oldest first. */
export async function actionsOf(admin: ApiClient, guid: string): Promise<string[]> {
  return (await admin.trail(guid)).map(({ action, outcome }) => `${String(action)} ${String(outcome)}`);
}
