import type { JsonObject } from '../../engine/index.js';
import type { ChosenItem } from '../ports/batches.js';
import { invalidField } from '../requests/invalid-request.js';
import { readAs } from '../requests/validate-fields.js';
import type { BatchKind } from './kinds/batch-kind.js';
import { cancel } from './kinds/cancel.js';
import { pause } from './kinds/pause.js';
import { resume } from './kinds/resume.js';
import { retryNow } from './kinds/retry-now.js';
import { retry } from './kinds/retry.js';
import { setVariables } from './kinds/set-variables.js';
import { skip } from './kinds/skip.js';

/** A kind whose parameters only it knows: they are read when it is made ready for a batch. */
export interface AnyBatchKind extends Omit<BatchKind, 'command' | 'parameters'> {
  /** @throws InvalidRequest where the parameters are not its own */
  ready(parameters: JsonObject): ReadyKind;
}

/** A kind with the parameters of one batch. */
export type ReadyKind = (item: ChosenItem, correlationId: string) => ReturnType<BatchKind['command']>;

function anyKind<P extends object>(kind: BatchKind<P>): AnyBatchKind {
  return {
    ...kind,
    ready(raw) {
      const parameters = readAs(kind.parameters, raw, 'data.parameters');
      return (item, correlationId) => kind.command(item, parameters, correlationId);
    },
  };
}

const KINDS: readonly AnyBatchKind[] = [
  anyKind(retry),
  anyKind(skip),
  anyKind(cancel),
  anyKind(pause),
  anyKind(resume),
  anyKind(setVariables),
  anyKind(retryNow),
];

export const BATCH_KIND_NAMES: readonly string[] = KINDS.map(({ name }) => name);

/** The kind of this name; null: a newer server may know it. */
export function findBatchKind(name: string): AnyBatchKind | null {
  return KINDS.find((kind) => kind.name === name) ?? null;
}

/** The kind of this name. @throws InvalidRequest where there is none */
export function kindOf(name: string): AnyBatchKind {
  const kind = findBatchKind(name);
  if (!kind) throw invalidField('kind', 'choice', `kind must be one of ${BATCH_KIND_NAMES.join(', ')}, but is '${name}'`);
  return kind;
}
