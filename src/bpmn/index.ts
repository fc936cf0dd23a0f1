import type { ProcessDefinition } from '../engine/index.js';
import { compileProcess } from './compile/compile-process.js';
import { linkProcess } from './compile/link-process.js';
import { Problems, type ModelProblem } from './problem.js';
import { parseXml } from './reader.js';
import { nodesOf, readSourceModel, type SourceModel } from './source-model.js';
import { validate } from './validators/index.js';

export type { ModelProblem } from './problem.js';

/** What became of a model: processes that can run, or everything that is wrong with it. */
export type ModelReadResult =
  | {
      readonly kind: 'accepted';
      /** The executable ones, in document order. At least one. */
      readonly processes: ProcessDefinition[];
      readonly warnings: ModelProblem[];
      /** BPMN's element names to how many the executable processes have; `sequenceFlow` among them. */
      readonly elementCounts: Readonly<Record<string, number>>;
    }
  | { readonly kind: 'refused'; readonly errors: ModelProblem[] };

/**
 * Reads a BPMN 2.0 model: parses, checks and compiles it. A model with a mistake, or with anything that would execute and that
 * we do not execute, is refused with all its problems at once. Never throws for what is in the text.
 */
export async function readModel(xml: string): Promise<ModelReadResult> {
  const parsed = await parseXml(xml);
  if (parsed.kind === 'refused') return parsed;
  const model = readSourceModel(parsed.definitions, parsed.unresolved);
  const problems = new Problems(parsed.locations);
  validate(model, problems);
  const executable = model.processes.filter((process) => process.executable);
  const compiled = executable.map((process) => ({ process, parts: compileProcess(process, problems) }));
  if (problems.errors.length > 0) return { kind: 'refused', errors: inDocumentOrder(problems.errors) };
  return {
    kind: 'accepted',
    processes: compiled.map(({ process, parts }) => linkProcess(process, parts)),
    warnings: inDocumentOrder(problems.warnings),
    elementCounts: countElements(model),
  };
}

function inDocumentOrder(problems: readonly ModelProblem[]): ModelProblem[] {
  return [...problems].sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}

function countElements(model: SourceModel): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const process of model.processes.filter(({ executable }) => executable)) {
    const nodes = nodesOf(process);
    for (const type of nodes.map((node) => node.type)) counts[type] = (counts[type] ?? 0) + 1;
    const flows = nodes.reduce((sum, node) => sum + node.outgoing.length, 0);
    counts['sequenceFlow'] = (counts['sequenceFlow'] ?? 0) + flows;
  }
  return counts;
}
