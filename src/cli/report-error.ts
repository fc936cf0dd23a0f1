import { CommanderError } from 'commander';
import { RepriseError } from '../sdk/client.js';
import { CliError } from './cli-error.js';
import { EXIT, type ExitCode } from './exit-codes.js';

/** An error as it is told: one sentence, what to do next, and how the process ends. */
export interface ToldError {
  readonly message: string;
  readonly next: string | null;
  readonly exitCode: ExitCode;
  /** Of the server's answer; null where there was none. */
  readonly statusCode: string | null;
  readonly data: unknown;
  readonly correlationId: string | null;
}

/** @param verb as it was typed, for the pointer to its help */
export function tellError(error: unknown, verb: string): ToldError {
  const nothing = { statusCode: null, data: null, correlationId: null };
  if (error instanceof CliError) return { ...nothing, message: error.message, next: error.next, exitCode: error.exitCode };
  if (error instanceof RepriseError) {
    const { message, statusCode, data, correlationId } = error;
    return {
      message: withFields(message, data),
      next: nextStep(error),
      exitCode: exitCodeOf(error),
      statusCode,
      data,
      correlationId,
    };
  }
  if (error instanceof CommanderError) {
    const message = error.message
      .replace(/^error: /, '')
      .replaceAll('\n', ' ')
      .replace(/^./, (first) => first.toUpperCase());
    return { ...nothing, message: `${message}.`.replace(/([.?)])\.$/, '$1'), next: `See ${verb} --help`, exitCode: EXIT.usage };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { ...nothing, message, next: null, exitCode: EXIT.usage };
}

/** The process's end for what the server said, or did not say. */
export function exitCodeOf({ httpStatus, statusCode }: RepriseError): ExitCode {
  if (httpStatus === 401 || httpStatus === 403) return EXIT.notAllowed;
  if (httpStatus === null || httpStatus >= 500 || httpStatus === 429 || statusCode === 'NOT_UNDERSTOOD') return EXIT.unreachable;
  return EXIT.refused;
}

function nextStep({ httpStatus, statusCode, data, message }: RepriseError): string | null {
  const help = Object(data) as {
    requiredPermission?: unknown;
    currentStatus?: unknown;
    failedTasks?: unknown;
    allowed?: unknown;
  };
  if (statusCode === 'UNREACHABLE')
    return 'Start the server (npm start), or choose another: reprise context use <name>, --url <url>';
  if (statusCode === 'NOT_UNDERSTOOD') return 'Check that the URL is that of a Reprise server: reprise context list';
  if (httpStatus === 401) return 'Log in again: reprise login --url <url> --tenant <tenant>';
  if (typeof help.requiredPermission === 'string')
    return `Ask an admin for a token with it: reprise tokens create <name> --permission ${help.requiredPermission}`;
  if (httpStatus === 403) return 'Choose a tenant of this token: --tenant <tenant>';
  if (Array.isArray(help.failedTasks))
    return `Name a task that has failed: ${help.failedTasks.map(String).join(', ') || 'none has'}`;
  if (Array.isArray(help.allowed)) return `Choose one of: ${help.allowed.map(String).join(', ')}`;
  if (help.currentStatus !== undefined) return 'See how it stands: reprise show <guid>';
  if (/^Process instance .* not found/.test(message)) return 'Look for it: reprise ps';
  return null;
}

/** The invalid fields beyond the first, which the message names already. */
function withFields(message: string, data: unknown): string {
  const { errors } = Object(data) as { errors?: unknown };
  if (!Array.isArray(errors) || errors.length < 2 || !message.startsWith('Invalid request')) return message;
  const texts = errors.map((each) => String((Object(each) as { message?: unknown }).message));
  return `Invalid request: ${texts.join('; ')}`;
}
