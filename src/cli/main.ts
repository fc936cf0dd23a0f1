#!/usr/bin/env node
import { CommanderError, type Command } from 'commander';
import { EXIT } from './exit-codes.js';
import { createProgram } from './program.js';
import { tellError } from './report-error.js';

/** Who reads no further, as `head` does, is no failure. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.done);
  throw error;
});

const words = process.argv.slice(2);
const program = createProgram();
try {
  if (words.length === 0) program.outputHelp();
  else await program.parseAsync(words, { from: 'user' });
} catch (error) {
  // Help and version are printed by then.
  if (error instanceof CommanderError && error.exitCode === 0) process.exitCode = EXIT.done;
  else report(error);
}

function report(error: unknown): void {
  const { message, next, exitCode, ...rest } = tellError(error, verbOf(program, words));
  process.exitCode = exitCode;
  if (wantsJson(words)) {
    process.stderr.write(`${JSON.stringify({ error: { message, next, exitCode, ...rest } })}\n`);
    return;
  }
  process.stderr.write(`${message}\n`);
  if (next !== null) process.stderr.write(`Next: ${next}\n`);
}

/** `reprise batch run`, as far as the words name commands. */
function verbOf(from: Command, typed: readonly string[]): string {
  let command = from;
  const path = [from.name()];
  for (const word of typed) {
    const next = command.commands.find((each) => each.name() === word);
    if (!next) continue;
    command = next;
    path.push(word);
  }
  return path.join(' ');
}

/** Looked for in the words themselves: they may be what is wrong. */
function wantsJson(typed: readonly string[]): boolean {
  return typed.some(
    (word, i) => /^(-o=?|--output=)json$/.test(word) || ((word === '-o' || word === '--output') && typed[i + 1] === 'json'),
  );
}
