import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cruise, type ICruiseOptions, type ICruiseResult, type IForbiddenRuleType } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';

interface Rules {
  readonly forbidden: readonly IForbiddenRuleType[];
  readonly options: ICruiseOptions;
}

const ROOT = process.cwd();
const { forbidden, options } = createRequire(join(ROOT, 'package.json'))('./.dependency-cruiser.cjs') as Rules;

/** For each rule a file that breaks it by one import. */
const SEEDS: Readonly<Record<string, { readonly file: string; readonly imports: string }>> = {
  'engine-sees-only-itself': { file: 'src/engine/seed.ts', imports: 'node:crypto' },
  'contract-sees-nothing': { file: 'src/contract/seed.ts', imports: '../engine/index.js' },
  'audit-proof-sees-only-contract': { file: 'src/audit-proof/seed.ts', imports: '../application/ports/clock.js' },
  'expressions-see-the-engine-types': { file: 'src/expressions/seed.ts', imports: '../contract/answer.js' },
  'bpmn-sees-engine-and-expressions': { file: 'src/bpmn/seed.ts', imports: '../application/ports/clock.js' },
  'connectors-see-engine-expressions-contract': { file: 'src/connectors/seed.ts', imports: '../bpmn/index.js' },
  'application-sees-engine-bpmn-contract': { file: 'src/application/seed.ts', imports: '../runner/due-loop.js' },
  'sdk-sees-only-contract': { file: 'src/sdk/seed.ts', imports: '../engine/index.js' },
  'cli-and-console-see-only-sdk': { file: 'src/cli/seed.ts', imports: '../contract/answer.js' },
  'engine-by-its-face': { file: 'src/application/session/seed.ts', imports: '../../engine/step.js' },
  'use-cases-are-apart': {
    file: 'src/application/tasks/seed/seed.handler.ts',
    imports: '../retry-failed-task/retry-failed-task.handler.js',
  },
  'elements-are-apart': { file: 'src/engine/elements/gateways/seed.ts', imports: './exclusive-gateway.js' },
  'elements-share-within-their-group': { file: 'src/engine/elements/tasks/seed.ts', imports: '../gateways/decided-flows.js' },
  'database-in-storage': { file: 'src/application/access/seed.ts', imports: 'pg' },
  'api-and-runner-dispatch': {
    file: 'src/api/seed.ts',
    imports: '../application/tasks/retry-failed-task/retry-failed-task.handler.js',
  },
  'storage-implements-ports': { file: 'src/storage/seed.ts', imports: '../bpmn/index.js' },
  'nobody-sees-the-wiring': { file: 'src/api/endpoint/seed.ts', imports: '../../app.module.js' },
  'no-tests-in-the-product': { file: 'src/storage/other.ts', imports: '../../test/support/seed.js' },
  'no-development-packages': { file: 'src/runner/other.ts', imports: 'fast-check' },
  'no-unresolvable': { file: 'src/bpmn/other.ts', imports: './that-is-not-there.js' },
  'no-cycles': { file: 'src/contract/ring.ts', imports: './ring.js' },
  'no-orphans': { file: 'src/contract/alone.ts', imports: '' },
};

/** Imports that look like those of the seeds and are allowed. */
const ALLOWED: Readonly<Record<string, string>> = {
  'src/expressions/allowed.ts': '../engine/index.js',
  'src/audit-proof/allowed.ts': '../contract/answer.js',
  'src/bpmn/allowed.ts': '../engine/index.js',
  'src/engine/elements/gateways/allowed.ts': './decided-flows.js',
  'src/application/tasks/allowed/allowed.handler.ts': '../../ports/clock.js',
  'src/storage/allowed.ts': 'pg',
  'src/runner/allowed.ts': '../application/ports/clock.js',
};

/** What the seeds import; only their places matter. */
const NEIGHBOURS: readonly string[] = [
  'src/engine/index.ts',
  'src/engine/step.ts',
  'src/engine/elements/gateways/exclusive-gateway.ts',
  'src/engine/elements/gateways/decided-flows.ts',
  'src/contract/answer.ts',
  'src/application/ports/clock.ts',
  'src/application/tasks/retry-failed-task/retry-failed-task.handler.ts',
  'src/bpmn/index.ts',
  'src/runner/due-loop.ts',
  'src/app.module.ts',
  'test/support/seed.ts',
];

async function violationsIn(baseDir: string, folders: string[]): Promise<{ rule: string; from: string; to: string }[]> {
  const { output } = await cruise(
    folders,
    { ...options, baseDir, ruleSet: { forbidden: [...forbidden] }, validate: true },
    {},
    { tsConfig: extractTSConfig(join(ROOT, 'tsconfig.json')) },
  );
  return (output as ICruiseResult).summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to }));
}

async function plant(tree: string, file: string, text: string): Promise<void> {
  await mkdir(dirname(join(tree, file)), { recursive: true });
  await writeFile(join(tree, file), text);
}

describe('dependency rules', () => {
  let tree = '';
  let caught: readonly { rule: string; from: string }[] = [];

  beforeAll(async () => {
    tree = await mkdtemp(join(tmpdir(), 'reprise-rules-'));
    await symlink(join(ROOT, 'node_modules'), join(tree, 'node_modules'), 'junction');
    await plant(
      tree,
      'package.json',
      JSON.stringify({ type: 'module', dependencies: { pg: '*' }, devDependencies: { 'fast-check': '*' } }),
    );
    for (const file of NEIGHBOURS) await plant(tree, file, '');
    for (const [file, imports] of Object.entries(ALLOWED)) await plant(tree, file, `import '${imports}';\n`);
    for (const { file, imports } of Object.values(SEEDS)) await plant(tree, file, imports === '' ? '' : `import '${imports}';\n`);
    caught = await violationsIn(tree, ['src', 'test']);
  });

  afterAll(() => rm(tree, { recursive: true, force: true }));

  test('the tree itself breaks no rule', async () => {
    expect(await violationsIn(ROOT, ['src', 'migrations', 'ormconfig.ts'])).toEqual([]);
  });

  test('every rule has a seed that breaks it', () => {
    expect(Object.keys(SEEDS)).toEqual(forbidden.map((rule) => rule.name));
  });

  test.each(Object.entries(SEEDS))('%s is broken by its seed and caught there', (rule, { file }) => {
    expect(caught).toContainEqual(expect.objectContaining({ rule, from: file }));
  });

  test.each(Object.entries(ALLOWED))('%s may import %s', (file) => {
    expect(caught.filter(({ from }) => from === file)).toEqual([]);
  });
});
