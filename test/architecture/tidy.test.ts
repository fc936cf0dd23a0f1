import { readdirSync, readFileSync, existsSync } from 'node:fs';
import { basename } from 'node:path';

const MAX_LINES = 300;

/** Files that may be longer, with the reason and the length they may have. The table may only shrink. */
const LONGER: Readonly<Record<string, { readonly lines: number; readonly reason: string }>> = {};

const FOLDERS = ['src', 'test', 'migrations', 'scripts', 'bench', 'examples'];
const VAGUE_NAME = /^(.*[-.])?(common|utils?|helpers?|managers?|misc)([-.].*)?$|^services?\./;
const KEBAB_NAME = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)+$/;

const files = FOLDERS.filter((folder) => existsSync(folder))
  .flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name.replaceAll('\\', '/')}`),
  )
  .filter((file) => /\.(ts|tsx|js|mjs|cjs|css)$/.test(file) && !/(^|\/)(node_modules|dist)\//.test(file));

const read = (file: string): string => readFileSync(file, 'utf8');
const source = new Map(files.map((file) => [file, read(file)]));

/** The files whose text has it, with the first line that does. */
function filesWith(pattern: RegExp): string[] {
  return [...source].flatMap(([file, text]) => {
    const line = text.split('\n').findIndex((each) => pattern.test(each));
    return line < 0 ? [] : [`${file}:${line + 1}`];
  });
}

/** Names exported by declaration, without a doc comment right above them (decorators may stand between). */
function undocumented(text: string): string[] {
  const lines = text.split('\n');
  return lines.flatMap((line, index) => {
    const name = /^export (?:abstract )?(?:function|class|interface|type|const) (\w+)/.exec(line)?.[1];
    return name === undefined || /\*\/\s*$/.test(lines[index - 1] ?? '') ? [] : [name];
  });
}

describe('the tree is tidy', () => {
  test('no file is longer than 300 lines, except those of the table', () => {
    const tooLong = [...source].map(([file, text]) => ({ file, lines: text.split('\n').length - 1 }));
    expect(tooLong.filter(({ file, lines }) => lines > (LONGER[file]?.lines ?? MAX_LINES))).toEqual([]);
  });

  test('every exception is still needed', () => {
    const needless = Object.keys(LONGER).filter((file) => (source.get(file) ?? '').split('\n').length - 1 <= MAX_LINES);
    expect(needless).toEqual([]);
  });

  test('names say what is inside', () => {
    expect(files.filter((file) => VAGUE_NAME.test(basename(file)))).toEqual([]);
    expect(
      files.filter((file) => file.split('/').some((folder) => /^(common|utils?|helpers?|misc|services?)$/.test(folder))),
    ).toEqual([]);
  });

  test('the names that would say nothing are known', () => {
    const vague = [
      'common.ts',
      'util.ts',
      'string-utils.ts',
      'test-helper.ts',
      'task-manager.ts',
      'misc.ts',
      'service.ts',
      'helpers.mjs',
    ];
    expect(vague.filter((name) => !VAGUE_NAME.test(name))).toEqual([]);
    expect(['token-service.ts', 'commonmark.ts', 'utility-bill.ts'].filter((name) => VAGUE_NAME.test(name))).toEqual([]);
  });

  test('file names are kebab-case', () => {
    expect(files.filter((file) => !KEBAB_NAME.test(basename(file)))).toEqual([]);
  });

  test('nothing is left to do in a comment, and nothing is indented with tabs', () => {
    expect(filesWith(new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X'].join('|')})\\b`))).toEqual([]);
    expect(filesWith(/^\s*\t/)).toEqual([]);
  });

  test('every folder of src has a README of one screen', () => {
    const rooms = readdirSync('src', { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const missing = rooms.filter(({ name }) => !existsSync(`src/${name}/README.md`)).map(({ name }) => name);
    expect(missing).toEqual([]);
    expect(rooms.filter(({ name }) => read(`src/${name}/README.md`).split('\n').length > 50).map(({ name }) => name)).toEqual([]);
  });

  test.each(['engine', 'contract', 'connectors', 'sdk', 'audit-proof'])('every exported name of %s is documented', (room) => {
    const bare = [...source]
      .filter(([file]) => file.startsWith(`src/${room}/`) && file.endsWith('.ts'))
      .flatMap(([file, text]) => undocumented(text).map((name) => `${file}: ${name}`));
    expect(bare).toEqual([]);
  });
});
