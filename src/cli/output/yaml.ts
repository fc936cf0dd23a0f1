/** Texts that every reader of YAML takes as they stand: no digits first, no words with a meaning, no marks. */
const PLAIN = /^[A-Za-z_/][\w ./@-]*$/;
const WORD = /^(true|false|null|yes|no|on|off|y|n|~|null)$/i;

/** Plain data as YAML 1.2, in blocks; texts that could be taken for something else are quoted as in JSON. Ends with a line feed. */
export function toYaml(value: unknown): string {
  return isNest(value) ? `${block(value, '').join('\n')}\n` : `${scalar(value)}\n`;
}

function block(value: object, indent: string): string[] {
  if (Array.isArray(value)) return (value as unknown[]).flatMap((each) => entry(`${indent}-`, each, `${indent}  `, true));
  return Object.entries(value)
    .filter(([, each]) => each !== undefined)
    .flatMap(([name, each]: [string, unknown]) => entry(`${indent}${scalar(name)}:`, each, `${indent}  `, false));
}

/** In a list, the first line of what is nested stands behind the dash. */
function entry(head: string, value: unknown, indent: string, isItem: boolean): string[] {
  if (!isNest(value)) return [`${head} ${scalar(value)}`];
  const [first = '', ...rest] = block(value, indent);
  return isItem ? [`${head} ${first.slice(indent.length)}`, ...rest] : [head, first, ...rest];
}

function isNest(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

function scalar(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value ?? null);
  return PLAIN.test(value) && !WORD.test(value) && !value.endsWith(' ') ? value : JSON.stringify(value);
}
