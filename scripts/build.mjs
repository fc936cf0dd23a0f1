// Compiles src, migrations and ormconfig.ts into dist, with the types of the SDK, which other people's programs import. What did not
// change is not compiled again.
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** Written last: younger than every source where dist is complete. */
export const BUILT = fileURLToPath(new URL('../dist/.built', import.meta.url));

/** Ends the process with the compiler's exit code where it finds an error; returns when dist is complete. */
export function build() {
  const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const root = fileURLToPath(new URL('..', import.meta.url));
  rmSync(BUILT, { force: true });
  for (const project of ['tsconfig.build.json', 'tsconfig.sdk.json']) {
    const { status } = spawnSync(process.execPath, [compiler, '-p', project], { cwd: root, stdio: 'inherit' });
    if (status !== 0) process.exit(status ?? 1);
  }
  writeFileSync(BUILT, '');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) build();
