/** A job as `ActivateJobs` hands it to a worker: locked for it until `lockedUntil`. Instants are ISO 8601, by the server's clock. */
export interface ActivatedJob {
  /** `<instanceGuid>:<elementInstanceId>`, the same for every attempt of the visit. */
  readonly jobId: string;
  /** The fencing token: the attempt's number. What is handed in with an older one is refused. */
  readonly token: number;
  /** The task type that the model names. */
  readonly type: string;
  /** `X-Tenant-ID` of what is handed in. */
  readonly tenantId: string;
  readonly instanceGuid: string;
  readonly processKey: string;
  readonly processDefinitionId: number;
  readonly definitionVersion: number;
  readonly businessKey: string | null;
  readonly elementInstanceId: number;
  readonly taskId: string;
  readonly taskName: string;
  /** From 1; automatic, manual and lost ones alike. */
  readonly attempt: number;
  /** Automatic attempts that the retry policy leaves after this one; null: without end. */
  readonly retriesLeft: number | null;
  /** Past it the attempt is lost, and another worker may get the job. */
  readonly lockedUntil: string;
  /** The attempt fails when it takes longer, in ms; null: nothing bounds it. */
  readonly timeoutMs: number | null;
  /** A heartbeat is expected so often, in ms; null: none is. */
  readonly heartbeatTimeoutMs: number | null;
  /** What the last heartbeat of an earlier attempt said; null: nothing. */
  readonly heartbeatDetails: unknown;
  /** Process variables overlaid with the input mapping's; those that were asked for. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** The task's settings in the model, as written. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The same for every attempt of the visit: for receivers that de-duplicate. */
  readonly idempotencyKey: string;
  readonly correlationId: string;
}
