import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { COMMAND } from '../../support/built-product.js';

/** How a call of the command ended. */
export interface Call {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The built command, as a process, in a directory of its own: nothing of this machine's own settings reaches it. */
export class CommandLine {
  private constructor(
    readonly directory: string,
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  static async open(env: Readonly<Record<string, string>> = {}): Promise<CommandLine> {
    return new CommandLine(await mkdtemp(join(tmpdir(), 'reprise-cli-')), env);
  }

  /** The same directory with other settings. */
  with(env: Readonly<Record<string, string>>): CommandLine {
    return new CommandLine(this.directory, env);
  }

  close(): Promise<void> {
    return rm(this.directory, { recursive: true, force: true });
  }

  async file(name: string, content: string): Promise<string> {
    await writeFile(join(this.directory, name), content);
    return name;
  }

  spawn(...words: readonly string[]): ChildProcess {
    const own = {
      PATH: process.env['PATH'],
      HOME: this.directory,
      REPRISE_CONFIG: join(this.directory, 'config', 'reprise.json'),
    };
    return spawn(process.execPath, [COMMAND, ...words], { cwd: this.directory, env: { ...own, ...this.env } });
  }

  run(...words: readonly string[]): Promise<Call> {
    return this.feed('', ...words);
  }

  /** With this on its standard input. */
  feed(input: string, ...words: readonly string[]): Promise<Call> {
    const child = this.spawn(...words);
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
    return callOf(child);
  }

  /** The data that it prints as JSON. */
  async json(...words: readonly string[]): Promise<unknown> {
    const { code, out, err } = await this.run(...words, '-o', 'json');
    if (out === '') throw new Error(`Expected JSON of reprise ${words.join(' ')}, but it ended with ${String(code)}: ${err}`);
    return JSON.parse(out) as unknown;
  }
}

/** Resolves when it has ended and all it has said is here. */
export async function callOf(child: ChildProcess): Promise<Call> {
  const code = new Promise<number | null>((resolve) => child.once('close', (exitCode) => resolve(exitCode)));
  const { stdout, stderr } = child;
  if (!stdout || !stderr) throw new Error('Expected the process to be spawned with pipes');
  const [out, err] = await Promise.all([text(stdout), text(stderr)]);
  return { code: await code, out, err };
}
