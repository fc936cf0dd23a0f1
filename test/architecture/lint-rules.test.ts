import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';

// Rules that need no types, so that a seed need not be a file of the project.
const eslint = new ESLint({ overrideConfig: [tseslint.configs.disableTypeChecked] });

async function rulesBrokenBy(text: string, filePath: string): Promise<(string | null)[]> {
  const results = await eslint.lintText(text, { filePath });
  return results.flatMap((result) => result.messages.map((message) => message.ruleId));
}

describe('lint rules', () => {
  test.each([
    ['reads the clock', 'export const at = Date.now();', 'no-restricted-globals'],
    ['rolls dice', 'export const die = Math.random();', 'no-restricted-properties'],
    ['waits', 'export async function wait(): Promise<void> {}', 'no-restricted-syntax'],
    ['sets a timer', 'export const soon = (act: () => void) => setTimeout(act, 1);', 'no-restricted-globals'],
    ['promises', 'export const later = () => Promise.resolve();', 'no-restricted-globals'],
    ['looks at the environment', 'export const home = process.env;', 'no-restricted-globals'],
  ])('the engine fails the build when it %s', async (_deed, text, rule) => {
    expect(await rulesBrokenBy(`${text}\n`, 'src/engine/seed.ts')).toContain(rule);
  });

  test('only the session may call step', async () => {
    const text = "import { step } from '../../engine/index.js';\nexport const call = step;\n";
    expect(await rulesBrokenBy(text, 'src/application/tasks/seed.ts')).toEqual(['no-restricted-imports']);
    expect(await rulesBrokenBy(text, 'src/application/session/seed.ts')).toEqual([]);
  });

  test('any, a silenced rule and a test that runs alone fail the build', async () => {
    expect(await rulesBrokenBy('export const open: any = 1;\n', 'src/api/seed.ts')).toEqual([
      '@typescript-eslint/no-explicit-any',
    ]);
    expect(await rulesBrokenBy('// eslint-disable-next-line\nexport const open: any = 1;\n', 'src/api/seed.ts')).toContain(
      '@typescript-eslint/no-explicit-any',
    );
    expect(await rulesBrokenBy("test.only('alone', () => {});\n", 'test/api/seed.test.ts')).toContain('no-restricted-syntax');
  });
});
