import { extensionsOf } from '../extensions.js';
import type { Report } from '../problem.js';
import { mergeSettings, type Settings } from '../settings.js';
import type { SourceNode, SourceScope } from '../source-model.js';
import { banklingo } from './banklingo.js';
import { camunda7 } from './camunda7.js';
import { camunda8 } from './camunda8.js';
import type { Dialect } from './dialect.js';
import { reprise } from './reprise/reprise.js';

/** All notations that are read; a model may mix them. */
export const DIALECTS: readonly Dialect[] = [banklingo, camunda8, camunda7, reprise];

/** What all dialects together say about a flow node. */
export function readSettings(node: SourceNode, report: Report): Settings {
  return mergeSettings(
    DIALECTS.map((dialect) => dialect.read(node, extensionsOf(node.element, dialect.prefix), report)),
    report,
  );
}

/** What all dialects together say about a process. */
export function readProcessSettings(process: SourceScope, report: Report): Settings {
  return mergeSettings(
    DIALECTS.map((dialect) => dialect.readProcess?.(extensionsOf(process.element, dialect.prefix), report) ?? {}),
    report,
  );
}
