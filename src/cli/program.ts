import { readFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { EXIT_CODES_HELP } from './exit-codes.js';
import { durationMs } from './input/durations.js';
import { FORMATS } from './output/output.js';
import { attempts } from './verbs/attempts.js';
import { audit } from './verbs/audit.js';
import { batch } from './verbs/batch.js';
import { bench } from './verbs/bench.js';
import { breaker } from './verbs/breaker.js';
import { cancel } from './verbs/cancel.js';
import { completion } from './verbs/completion.js';
import { context } from './verbs/context.js';
import { deploy } from './verbs/deploy.js';
import { doctor } from './verbs/doctor.js';
import { failures } from './verbs/failures.js';
import { limits } from './verbs/limits.js';
import { lint } from './verbs/lint.js';
import { login } from './verbs/login.js';
import { pause } from './verbs/pause.js';
import { ps } from './verbs/ps.js';
import { resume } from './verbs/resume.js';
import { retry } from './verbs/retry.js';
import { set } from './verbs/set.js';
import { show } from './verbs/show.js';
import { signal } from './verbs/signal.js';
import { skip } from './verbs/skip.js';
import { start } from './verbs/start.js';
import { tokens } from './verbs/tokens.js';
import { worker } from './verbs/worker.js';

/** In the order of the help: adding a verb is adding its file and a line here. */
const VERBS = [
  login, context, deploy, lint, start, ps, show, attempts, retry, skip, cancel, pause, resume, set, signal, failures, batch, breaker,
  limits, worker, audit, tokens, doctor, bench, completion,
]; // prettier-ignore

/** The whole command line. What commander finds wrong is thrown as CommanderError, and nothing of it is printed. */
export function createProgram(): Command {
  const program = new Command('reprise')
    .description('Operate a Reprise server: deploy processes, find failures, retry, skip and cancel, one by one or in bulk.')
    .version(version())
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .configureHelp({ showGlobalOptions: true })
    .addOption(new Option('-o, --output <format>', 'of what is printed').choices([...FORMATS]).default('table'))
    .option('-q, --quiet', 'print ids only')
    .option('--context <name>', 'one of those that were logged in to')
    .option('--url <url>', 'of the server (REPRISE_URL)')
    .option('--tenant <tenant>', 'to act for (REPRISE_TENANT)')
    .option('--retry-for <duration>', 'how long a call is repeated while the server is away or busy', durationMs)
    .addHelpText('after', EXIT_CODES_HELP);
  for (const verb of VERBS) verb(program);
  return program;
}

/** Of the package that this file is in, once it is built. */
function version(): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
