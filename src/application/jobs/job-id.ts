import { invalidField } from '../requests/invalid-request.js';

/** Which visit of which instance a job is the work of. */
export interface JobVisit {
  readonly instanceGuid: string;
  readonly elementInstanceId: number;
}

/** The name of a job on the wire. */
export function jobIdOf({ instanceGuid, elementInstanceId }: JobVisit): string {
  return `${instanceGuid}:${elementInstanceId}`;
}

/** Guids may hold colons of their own: the last one counts. @throws InvalidRequest when it is no job's name */
export function readJobId(jobId: string): JobVisit {
  const [, instanceGuid, number] = /^(.+):([1-9]\d{0,9})$/s.exec(jobId) ?? [];
  if (instanceGuid !== undefined) return { instanceGuid, elementInstanceId: Number(number) };
  const message = `jobId must be '<instanceGuid>:<elementInstanceId>' as ActivateJobs gave it, but is '${jobId}'`;
  throw invalidField('jobId', 'type', message);
}
