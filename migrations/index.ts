import { InitialSchema1764000000000 } from './1764000000000-initial-schema.js';

/** All migrations, oldest first. Listed by class rather than by path, so that compiled and transpiled code find the same. */
export const MIGRATIONS = [InitialSchema1764000000000];
