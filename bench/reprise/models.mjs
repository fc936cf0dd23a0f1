import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A model of this folder's neighbour `models`, as text.
 * @param {string} name Without its extension.
 */
export function readModel(name) {
  return readFileSync(join(import.meta.dirname, '..', 'models', `${name}.bpmn`), 'utf8');
}
