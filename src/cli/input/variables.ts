import type { JsonObject } from '../../sdk/client.js';
import { CliError } from '../cli-error.js';
import { readText } from './read-text.js';

/** Options of every verb that takes variables. */
export interface VariableOptions {
  readonly set?: readonly string[];
  readonly file?: string;
}

/** Variables as they were given: by name, and parts of some by path. */
export class GivenVariables {
  private constructor(
    private readonly whole: JsonObject,
    private readonly parts: readonly { readonly path: readonly string[]; readonly value: unknown }[],
  ) {}

  /** Those of the file, then each `--set` in order. @throws CliError */
  static async of({ set = [], file }: VariableOptions): Promise<GivenVariables> {
    const read = file === undefined ? {} : await readObject(file);
    const given = set.map(parseAssignment);
    const whole = given.flatMap(({ path, value }) => (path.length === 1 ? [[path[0] ?? '', value] as const] : []));
    return new GivenVariables(
      { ...read, ...Object.fromEntries(whole) },
      given.filter(({ path }) => path.length > 1),
    );
  }

  get isEmpty(): boolean {
    return this.parts.length === 0 && Object.keys(this.whole).length === 0;
  }

  /** Names of variables of which a part is set, whose other parts are to stay as they are. */
  get partly(): readonly string[] {
    return [...new Set(this.parts.map(({ path }) => path[0] ?? ''))].filter((name) => !Object.hasOwn(this.whole, name));
  }

  /** The variables to send, where these are the ones that there are. */
  over(current: JsonObject): JsonObject {
    const result: Record<string, unknown> = { ...this.whole };
    for (const { path, value } of this.parts) {
      const [name = '', ...rest] = path;
      result[name] = withPart(Object.hasOwn(result, name) ? result[name] : current[name], rest, value);
    }
    return result;
  }
}

function withPart(target: unknown, [name, ...rest]: readonly string[], value: unknown): unknown {
  if (name === undefined) return value;
  const object = typeof target === 'object' && target !== null && !Array.isArray(target) ? (target as JsonObject) : {};
  return { ...object, [name]: withPart(object[name], rest, value) };
}

/** `a.b=1`: JSON where it can be read as JSON, text otherwise. */
function parseAssignment(text: string): { path: string[]; value: unknown } {
  const at = text.indexOf('=');
  const path = text.slice(0, at).split('.');
  if (at < 1 || path.some((name) => name === ''))
    throw new CliError(`Expected --set name=value or --set a.b=value, but got '${text}'.`, `For example --set timeout=30000`);
  const forbidden = path.find((name) => ['__proto__', 'constructor', 'prototype'].includes(name));
  if (forbidden !== undefined) throw new CliError(`Expected no variable named '${forbidden}'.`);
  const raw = text.slice(at + 1);
  try {
    return { path, value: JSON.parse(raw) as unknown };
  } catch {
    return { path, value: raw };
  }
}

async function readObject(file: string): Promise<JsonObject> {
  const text = await readText(file);
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  } catch (error) {
    throw new CliError(`Expected JSON in '${file}', but: ${(error as Error).message}.`);
  }
  throw new CliError(`Expected a JSON object of variables in '${file}', but it is another value.`);
}
