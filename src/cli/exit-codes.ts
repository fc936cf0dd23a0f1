/** How the process ends. Stable: scripts branch on them. */
export const EXIT = {
  done: 0,
  /** The server refused, a task failed again, or not all of what was asked for succeeded. */
  refused: 1,
  usage: 2,
  /** The server cannot be reached, or cannot answer now. */
  unreachable: 3,
  notAllowed: 4,
  /** The audit trail, or the database, is not as it must be. */
  notVerified: 5,
  /** By a signal, before what was asked for had ended. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** For `--help`. */
export const EXIT_CODES_HELP = `
Exit codes:
  0    done
  1    the server refused, a task failed again, or not all succeeded
  2    the command line is wrong, or what it names cannot be read
  3    the server cannot be reached, or cannot answer now
  4    no valid token, or a permission or tenant is missing
  5    the audit trail or the database is not as it must be
  130  interrupted; a batch goes on at the server`;
