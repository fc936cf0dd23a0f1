import type { Command } from 'commander';
import { RepriseError, type RepriseClient } from '../../sdk/client.js';
import { action } from '../action.js';
import { CliError } from '../cli-error.js';
import { EXIT } from '../exit-codes.js';
import { readText } from '../input/read-text.js';
import { columnsOf } from '../output/columns.js';
import type { Listing } from '../output/output.js';
import { exitCodeOf } from '../report-error.js';
import { problemsOf, type Problem } from './lint.js';

/** A definition after its file was deployed. */
interface Deployed {
  readonly file: string;
  readonly id: number | null;
  readonly processKey: string | null;
  readonly name: string | null;
  readonly version: number | null;
  readonly outcome: 'created' | 'updated' | 'unchanged' | 'refused';
  readonly message: string | null;
}

const DEPLOYED: Listing<Deployed> = {
  columns: columnsOf<Deployed>('file', 'id', 'processKey', 'name', 'version', 'outcome', 'message'),
  id: ({ id, file }) => String(id ?? file),
  empty: 'Nothing was deployed.',
};

interface DeployOptions {
  readonly name?: string;
  readonly reason?: string;
}

/** `reprise deploy`: new definitions, and new versions of those that there are. */
export function deploy(program: Command): void {
  program
    .command('deploy')
    .description('deploy models: a new definition, or a new version of the one that has the name')
    .argument('<file...>', 'BPMN 2.0 models; - is the standard input')
    .option('--name <name>', "instead of the process's own name; for one file")
    .option('--reason <text>', 'why, for the audit trail')
    .action(
      action<[files: string[]], DeployOptions>(async (session, [files], options) => {
        if (options.name !== undefined && files.length > 1)
          throw new CliError(`Expected one file with --name, but got ${files.length}.`, 'Deploy them one by one');
        const client = await session.client();
        // What cannot be read is told before anything is changed.
        const models = await Promise.all(files.map(async (file) => ({ file, bpmnXml: await readText(file) })));
        const results: Deployed[] = [];
        const each = async function* (): AsyncGenerator<Deployed> {
          for (const model of models) {
            const deployed = await deployFile(client, model, options);
            results.push(...deployed);
            yield* deployed;
          }
        };
        await session.output.many(each(), DEPLOYED);
        const refused = results.find(({ outcome }) => outcome === 'refused');
        if (!refused) return EXIT.done;
        session.output.remark(`Next: ${session.command('lint', refused.file)}`);
        return EXIT.refused;
      }),
    );
}

async function deployFile(
  client: RepriseClient,
  { file, bpmnXml }: { readonly file: string; readonly bpmnXml: string },
  { name, reason }: DeployOptions,
): Promise<Deployed[]> {
  const data = { bpmnXml, ...(name !== undefined && { name }), ...(reason !== undefined && { comment: reason }) };
  try {
    const created = await client.createProcessDefinition(data);
    const outcome = created['unchanged'] === true ? ('unchanged' as const) : ('created' as const);
    const processes = created['processes'] as readonly { id: number; processKey: string; name: string; version: number }[];
    return processes.map((each) => ({ file, ...each, outcome, message: null }));
  } catch (error) {
    if (!(error instanceof RepriseError) || exitCodeOf(error) !== EXIT.refused) throw error;
    const taken = (Object(error.data) as { existingProcessId?: number | null }).existingProcessId;
    return [typeof taken === 'number' ? await update(client, file, taken, data) : refused(file, error)];
  }
}

/** A file of several processes has several definitions: only one of them is the one whose name is taken. */
async function update(
  client: RepriseClient,
  file: string,
  id: number,
  data: { readonly bpmnXml: string; readonly comment?: string },
): Promise<Deployed> {
  const checked = await client.createProcessDefinition({ bpmnXml: data.bpmnXml, validateOnly: true });
  const processes = checked['processes'] as readonly { processKey: string; name: string }[];
  if (processes.length > 1) {
    const names = processes.map(({ name }) => `'${name}'`).join(', ');
    const message = `The file has ${processes.length} processes (${names}), and definition ${id} has the name of one of them. Put each process into a file of its own to deploy new versions.`;
    return { file, id, processKey: null, name: null, version: null, outcome: 'refused', message };
  }
  try {
    const updated = await client.updateProcessDefinition({ id, ...data });
    const outcome = updated['unchanged'] === true ? ('unchanged' as const) : ('updated' as const);
    const { name, version, warningMessage } = updated as { name: string; version: number; warningMessage: string | null };
    return { file, id, processKey: processes[0]?.processKey ?? null, name, version, outcome, message: warningMessage };
  } catch (error) {
    if (!(error instanceof RepriseError) || exitCodeOf(error) !== EXIT.refused) throw error;
    return refused(file, error);
  }
}

function refused(file: string, error: RepriseError): Deployed {
  const problems = problemsOf(file, 'error', (Object(error.data) as { errors?: readonly Problem[] }).errors);
  const [first] = problems;
  const place = first?.line == null ? '' : ` (line ${first.line})`;
  return { file, id: null, processKey: null, name: null, version: null, outcome: 'refused', message: `${error.message}${place}` };
}
