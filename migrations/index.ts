import { InitialSchema1764000000000 } from './1764000000000-initial-schema.js';
import { Recovery1764050000000 } from './1764050000000-recovery.js';
import { Operators1764100000000 } from './1764100000000-operators.js';

/** All migrations, oldest first. Listed by class rather than by path, so that compiled and transpiled code find the same. */
export const MIGRATIONS = [InitialSchema1764000000000, Recovery1764050000000, Operators1764100000000];
