// Compiles src, migrations and ormconfig.ts into dist, with the types of the SDK, which other people's programs import. What did not
// change is not compiled again; with --if-stale, nothing is done where dist is younger than every source.
import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Written last: younger than every source where dist is complete. */
const BUILT = `${ROOT}dist/.built`;

/** Run by its path, too, as npx does in this very directory. */
const COMMAND = `${ROOT}dist/src/cli/main.js`;
const SOURCES = [
  'src',
  'migrations',
  'ormconfig.ts',
  'tsconfig.json',
  'tsconfig.build.json',
  'tsconfig.sdk.json',
  'package-lock.json',
];

/** Ends the process with the compiler's exit code where it finds an error; returns when dist is complete. */
export function build() {
  const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  rmSync(BUILT, { force: true });
  for (const project of ['tsconfig.build.json', 'tsconfig.sdk.json']) {
    const { status } = spawnSync(process.execPath, [compiler, '-p', project], { cwd: ROOT, stdio: 'inherit' });
    if (status !== 0) process.exit(status ?? 1);
  }
  chmodSync(COMMAND, 0o755);
  writeFileSync(BUILT, '');
}

/** Whether some source is younger than dist, or dist is not complete. */
export function isStale() {
  return newest(SOURCES) > (statSync(BUILT, { throwIfNoEntry: false })?.mtimeMs ?? 0);
}

/** Epoch ms of the youngest file. @param {readonly string[]} names */
function newest(names) {
  let youngest = 0;
  for (const name of names) {
    const found = statSync(ROOT + name);
    const files = found.isDirectory() ? readdirSync(ROOT + name, { recursive: true, encoding: 'utf8' }) : [];
    youngest = Math.max(youngest, found.mtimeMs, ...files.map((file) => statSync(`${ROOT}${name}/${file}`).mtimeMs));
  }
  return youngest;
}

if (process.argv[1] === fileURLToPath(import.meta.url) && (!process.argv.includes('--if-stale') || isStale())) build();
