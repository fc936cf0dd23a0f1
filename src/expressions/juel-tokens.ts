import { ExpressionSyntaxError } from './expression-syntax-error.js';

/** A word of `${...}`. */
export interface JuelToken {
  readonly kind: 'number' | 'string' | 'name' | 'sign' | 'end';
  /** A string's content without its quotes and escapes, else the text as written. */
  readonly text: string;
  readonly position: number;
}

const SPACE = /\s+/y;
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const NAME = /[\p{L}_$][\p{L}\p{N}_$]*/uy;
const STRING = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/sy;
const SIGN = /==|!=|<=|>=|&&|\|\||[-+*/%<>!?:()[\].,]/y;

/**
 * Cuts the inside of one `${...}` into words, from just behind its `{` to its `}`.
 * @returns the words, and the offset behind the closing brace.
 * @throws ExpressionSyntaxError at a character that has no place there.
 */
export function readTokens(source: string, start: number): { tokens: JuelToken[]; end: number } {
  const tokens: JuelToken[] = [];
  let at = start;
  for (;;) {
    at += match(SPACE, source, at)?.length ?? 0;
    if (at >= source.length) throw new ExpressionSyntaxError("Expected '}', but the text ends", source, at);
    if (source[at] === '}') {
      tokens.push({ kind: 'end', text: '}', position: at });
      return { tokens, end: at + 1 };
    }
    const token = readToken(source, at);
    tokens.push(token.token);
    at = token.end;
  }
}

function readToken(source: string, at: number): { token: JuelToken; end: number } {
  for (const [kind, pattern] of [
    ['number', NUMBER],
    ['name', NAME],
    ['string', STRING],
    ['sign', SIGN],
  ] as const) {
    const text = match(pattern, source, at);
    if (text === null) continue;
    const content = kind === 'string' ? text.slice(1, -1).replace(/\\(.)/gs, '$1') : text;
    return { token: { kind, text: content, position: at }, end: at + text.length };
  }
  throw new ExpressionSyntaxError(`Expected a name, a value or an operator, but found '${source[at] ?? ''}'`, source, at);
}

function match(pattern: RegExp, source: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0] ?? null;
}
