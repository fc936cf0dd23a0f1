import type { JsonObject } from '../../../engine/index.js';
import { RequiredVariables } from '../../requests/fields.js';
import type { BatchKind } from './batch-kind.js';

/** As SetProcessVariables has them. */
class SetVariablesParameters {
  @RequiredVariables('Names and their new values; others stay.')
  variables!: JsonObject;
}

/** Merges variables into those of instances. */
export const setVariables: BatchKind<SetVariablesParameters> = {
  name: 'set-variables',
  action: 'SetProcessVariables',
  permission: 'instance:variables',
  target: 'instance',
  from: ['running', 'waiting', 'error', 'paused'],
  beginsAttempt: false,
  parameters: SetVariablesParameters,
  command: (_item, { variables }) => ({ type: 'set-process-variables', variables, expectedVersion: null }),
};
