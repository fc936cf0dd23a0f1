import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { CliError } from '../cli-error.js';

/** A file's text; `-` is the standard input. @throws CliError where it cannot be read */
export async function readText(path: string): Promise<string> {
  if (path === '-') return text(process.stdin);
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is none' : (error as Error).message;
    throw new CliError(`Expected a file '${path}', but ${reason}.`, 'Check the path; - reads the standard input');
  }
}
