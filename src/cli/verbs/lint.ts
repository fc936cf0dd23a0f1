import type { Command } from 'commander';
import { RepriseError, type RepriseClient } from '../../sdk/client.js';
import { action } from '../action.js';
import { EXIT } from '../exit-codes.js';
import { readText } from '../input/read-text.js';
import { columnsOf } from '../output/columns.js';
import type { Listing } from '../output/output.js';

/** What is wrong, or doubtful, in a model, as the server tells it. */
export interface Problem {
  readonly elementId: string | null;
  readonly line: number | null;
  readonly column: number | null;
  readonly rule: string;
  readonly message: string;
  readonly hint: string | null;
}

/** The same in its file. */
export interface FileProblem extends Problem {
  readonly file: string;
  readonly severity: 'error' | 'warning';
}

const PROBLEMS: Listing<FileProblem> = {
  columns: columnsOf<FileProblem>('file', 'line', 'column', 'severity', 'elementId', 'rule', 'message', 'hint'),
  id: ({ file, line, rule }) => `${file}:${line ?? 0}:${rule}`,
  empty: 'Nothing is wrong.',
};

/** `reprise lint`: what the server would say of models at their deployment. */
export function lint(program: Command): void {
  program
    .command('lint')
    .description('check models on the server, without deploying them')
    .argument('<file...>', 'BPMN 2.0 models; - is the standard input')
    .action(
      action<[files: string[]]>(async (session, [files]) => {
        const client = await session.client();
        const problems: FileProblem[] = [];
        for (const file of files) problems.push(...(await check(client, file)));
        await session.output.many(problems, PROBLEMS);
        return problems.some(({ severity }) => severity === 'error') ? EXIT.refused : EXIT.done;
      }),
    );
}

/** The problems as they stand in a file; none where there are none. */
export function problemsOf(
  file: string,
  severity: FileProblem['severity'],
  problems: readonly Problem[] | undefined = [],
): FileProblem[] {
  return problems.map((problem) => ({ file, severity, ...problem }));
}

async function check(client: RepriseClient, file: string): Promise<FileProblem[]> {
  const bpmnXml = await readText(file);
  try {
    const { warnings } = await client.createProcessDefinition({ bpmnXml, validateOnly: true });
    return problemsOf(file, 'warning', warnings as readonly Problem[]);
  } catch (error) {
    const { errors } = Object(error instanceof RepriseError && error.statusCode === '40' ? error.data : null) as {
      errors?: readonly Problem[];
    };
    if (!errors?.every((each) => typeof each.rule === 'string')) throw error;
    return problemsOf(file, 'error', errors);
  }
}
