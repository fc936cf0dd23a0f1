import { resolve } from 'node:path';

/** All settings of the server. They come from the environment and from nowhere else (12-factor). */
export interface Config {
  readonly port: number;
  readonly host: string;
  /** Null: an embedded PostgreSQL in `dataDir`. */
  readonly databaseUrl: string | null;
  readonly dataDir: string;
  /** `api` answers requests, `runner` acts on what falls due and takes over what dead processes ran, `all` does both. */
  readonly role: 'all' | 'api' | 'runner';
  readonly logLevel: string;
  /** How long running attempts get at shutdown, in ms. */
  readonly drainMs: number;
  /** Token with all permissions in tenant `default`; null: none, or made at first start of an embedded database. */
  readonly adminToken: string | null;
  readonly jwt: JwtConfig;
  /** HTTP tasks may call addresses of this machine and of private networks. */
  readonly httpAllowPrivate: boolean;
  readonly httpMaxResponseBytes: number;
  readonly bodyLimitBytes: number;
  /** Requests a second that one principal may send in one tenant; 0: no limit. */
  readonly rateLimit: number;
  readonly testClock: boolean;
  /** Instances that ended longer ago are removed; null: kept for ever. */
  readonly historyDays: number | null;
  /** Whole weeks of the audit trail that are older are removed; null: kept for ever. */
  readonly auditDays: number | null;
  /** Private key (Ed25519, PEM) for statements about the audit trail; null: none, or made at first start of an embedded database. */
  readonly auditKeyFile: string | null;
  /** When automatic attempts are held back. */
  readonly circuits: CircuitConfig;
  /** Names for `contextTypeId`: `1=Loan,2=Client`. */
  readonly contextTypes: ReadonlyMap<number, string>;
  /** ES modules whose default export maps task types to handlers. */
  readonly handlerModules: readonly string[];
}

/** When a circuit opens, and how it is probed. */
export interface CircuitConfig {
  /** False: circuits open by command only. */
  readonly isAutomatic: boolean;
  readonly windowMs: number;
  readonly leastCalls: number;
  /** From 0 to 1. */
  readonly failureShare: number;
  readonly firstProbeMs: number;
  readonly longestProbeMs: number;
}

/** How JSON Web Tokens are checked. Neither `secret` nor `jwksUrl`: none is accepted. */
export interface JwtConfig {
  readonly secret: string | null;
  readonly jwksUrl: string | null;
  readonly issuer: string | null;
  readonly audience: string | null;
}

/** A setting that cannot be used. Its message names the variable and what was expected. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const MIB = 1024 * 1024;
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
/** Shorter secrets can be guessed from one token (RFC 7518 section 3.2 asks for 256 bits). */
const SECRET_BYTES = 32;

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws ConfigError with every unusable setting at once */
export function readConfig(env: Environment): Config {
  const problems: string[] = [];
  const read = new EnvironmentReader(env, problems);
  const databaseUrl = read.text('DATABASE_URL');
  const config: Config = {
    port: read.integer('PORT', 3000, 0, 65_535),
    host: read.text('HOST') ?? (databaseUrl === null ? '127.0.0.1' : '0.0.0.0'),
    databaseUrl,
    dataDir: resolve(read.text('REPRISE_DATA_DIR') ?? '.reprise'),
    role: read.choice('REPRISE_ROLE', ['all', 'api', 'runner'], 'all'),
    logLevel: read.choice('LOG_LEVEL', LOG_LEVELS, 'info'),
    drainMs: read.integer('REPRISE_DRAIN_MS', 10_000, 0, 3_600_000),
    adminToken: read.text('REPRISE_ADMIN_TOKEN'),
    jwt: {
      secret: read.text('REPRISE_JWT_SECRET'),
      jwksUrl: read.text('REPRISE_JWKS_URL'),
      issuer: read.text('REPRISE_JWT_ISSUER'),
      audience: read.text('REPRISE_JWT_AUDIENCE'),
    },
    httpAllowPrivate: read.flag('REPRISE_HTTP_ALLOW_PRIVATE'),
    httpMaxResponseBytes: read.integer('REPRISE_HTTP_MAX_RESPONSE_BYTES', MIB, 1_024, 64 * MIB),
    bodyLimitBytes: read.integer('REPRISE_BODY_LIMIT_BYTES', MIB, 1_024, 64 * MIB),
    rateLimit: read.integer('REPRISE_RATE_LIMIT', 0, 0, 1_000_000),
    testClock: read.flag('REPRISE_TEST_CLOCK'),
    historyDays: read.integer('REPRISE_HISTORY_DAYS', null, 1, 36_500),
    auditDays: read.integer('REPRISE_AUDIT_DAYS', null, 1, 36_500),
    auditKeyFile: read.text('REPRISE_AUDIT_KEY_FILE'),
    circuits: readCircuits(read),
    contextTypes: read.names('REPRISE_CONTEXT_TYPES'),
    handlerModules: read.list('REPRISE_HANDLERS'),
  };
  if (config.jwt.secret !== null && Buffer.byteLength(config.jwt.secret) < SECRET_BYTES) {
    problems.push(`REPRISE_JWT_SECRET must have at least ${SECRET_BYTES} bytes`);
  }
  if (config.jwt.jwksUrl !== null && !URL.canParse(config.jwt.jwksUrl)) problems.push('REPRISE_JWKS_URL must be a URL');
  if (config.auditDays !== null && config.databaseUrl !== null && config.auditKeyFile === null)
    problems.push('REPRISE_AUDIT_DAYS needs REPRISE_AUDIT_KEY_FILE: what is removed is stated under that key');
  if (problems.length > 0) throw new ConfigError(`The settings cannot be used:\n  ${problems.join('\n  ')}`);
  return config;
}

function readCircuits(read: EnvironmentReader): CircuitConfig {
  const firstProbeMs = read.integer('REPRISE_BREAKER_PROBE_MS', 5_000, 10, 3_600_000);
  return {
    isAutomatic: read.flag('REPRISE_BREAKER', true),
    windowMs: read.integer('REPRISE_BREAKER_WINDOW_MS', 30_000, 100, 3_600_000),
    leastCalls: read.integer('REPRISE_BREAKER_CALLS', 50, 1, 1_000_000),
    failureShare: read.integer('REPRISE_BREAKER_FAILURE_PERCENT', 50, 1, 100) / 100,
    firstProbeMs,
    longestProbeMs: Math.max(firstProbeMs, read.integer('REPRISE_BREAKER_LONGEST_PROBE_MS', 60_000, 10, 86_400_000)),
  };
}

/** Reads single variables; an empty one counts as absent. */
class EnvironmentReader {
  constructor(
    private readonly env: Environment,
    private readonly problems: string[],
  ) {}

  text(name: string): string | null {
    const value = this.env[name]?.trim();
    return value === undefined || value === '' ? null : value;
  }

  integer<F extends number | null>(name: string, fallback: F, min: number, max: number): number | F {
    const text = this.text(name);
    if (text === null) return fallback;
    const value = Number(text);
    if (Number.isInteger(value) && value >= min && value <= max) return value;
    this.problems.push(`${name} must be a whole number from ${min} to ${max}, but is '${text}'`);
    return fallback;
  }

  flag(name: string, fallback = false): boolean {
    const text = this.text(name)?.toLowerCase() ?? String(fallback);
    if (['true', '1', 'yes', 'on'].includes(text)) return true;
    if (!['false', '0', 'no', 'off'].includes(text)) this.problems.push(`${name} must be true or false, but is '${text}'`);
    return false;
  }

  choice<const T extends string>(name: string, choices: readonly T[], fallback: T): T {
    const text = this.text(name);
    if (text === null) return fallback;
    const found = choices.find((choice) => choice === text);
    if (found === undefined) this.problems.push(`${name} must be one of ${choices.join(', ')}, but is '${text}'`);
    return found ?? fallback;
  }

  list(name: string): string[] {
    return (this.text(name) ?? '')
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
  }

  names(name: string): Map<number, string> {
    const names = new Map<number, string>();
    for (const part of this.list(name)) {
      const [id = '', label = ''] = part.split('=', 2).map((each) => each.trim());
      if (/^\d+$/.test(id) && label !== '') names.set(Number(id), label);
      else this.problems.push(`${name} must look like 1=Loan,2=Client, but has '${part}'`);
    }
    return names;
  }
}
