import type { DialectPrefix, Extensions } from '../extensions.js';
import type { Report } from '../problem.js';
import type { Settings } from '../settings.js';
import type { SourceNode } from '../source-model.js';

/** A notation for settings that BPMN itself does not have. */
export interface Dialect {
  readonly prefix: DialectPrefix;
  /** Its name, for messages. */
  readonly name: string;
  readonly elements: Vocabulary;
  readonly attributes: Vocabulary;
  /** The settings of one flow node. Mistakes in them are reported. */
  read(node: SourceNode, extensions: Extensions, report: Report): Settings;
  /** The settings of a process: its retry policy. */
  readProcess?(extensions: Extensions, report: Report): Settings;
}

/** What happens with the names of a dialect. A name that is nowhere in it is refused. */
export interface Vocabulary {
  /** Name to the BPMN elements on which it is executed; elsewhere it is refused. */
  readonly executed: Readonly<Record<string, readonly string[]>>;
  /** Says something to people and their modelers only. */
  readonly described: readonly string[];
  /** Name to what to do instead. */
  readonly refused: Readonly<Record<string, string>>;
}

/** Tasks whose work a connector does. */
export const WORK_TASKS: readonly string[] = ['serviceTask', 'sendTask', 'task', 'scriptTask'];
/** Everything with input and output mappings. */
export const ACTIVITIES: readonly string[] = [
  ...WORK_TASKS,
  'userTask',
  'receiveTask',
  'subProcess',
  'manualTask',
  'callActivity',
];
