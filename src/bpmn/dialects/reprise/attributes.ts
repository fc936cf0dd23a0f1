import type { Expression } from '../../../engine/index.js';
import { compileFeel } from '../../../expressions/index.js';
import { compileExpression } from '../../compile/compile-expression.js';
import type { ExtensionElement } from '../../extensions.js';
import type { Report } from '../../problem.js';
import { durationMs, inWords } from './duration.js';

/** A value of the model: undefined where it is not said, null where it is said wrongly, which has been reported. */
export type Said<T> = T | null | undefined;

/**
 * The attributes and children of one element of ours. Each reader reports what it cannot read; `close` reports what nobody has
 * asked for, so that an attribute which has no meaning beside the others is refused like one that does not exist.
 */
export class Attributes {
  private readonly asked = new Set<string>();

  constructor(
    private readonly element: ExtensionElement,
    /** Names the element in messages: `reprise:retryPolicy`, `rule 2`. */
    readonly what: string,
    readonly report: Report,
    private readonly rule = 'invalid-retry-policy',
  ) {}

  /** Whether the attribute stands there, with whatever value. It does not count as asked for. */
  has(name: string): boolean {
    return Object.hasOwn(this.element.attributes, name);
  }

  /** As it stands there. */
  raw(name: string): string | undefined {
    this.asked.add(name);
    return this.has(name) ? this.element.attributes[name] : undefined;
  }

  /** Trimmed; blank is an error. */
  text(name: string): Said<string> {
    const raw = this.raw(name);
    return raw === undefined ? undefined : raw.trim() || this.unexpected(name, 'a text');
  }

  /** Comma separated, in brackets or not; an empty item is an error. */
  list(name: string): Said<string[]> {
    const text = this.text(name);
    if (typeof text !== 'string') return text;
    const items = text.replace(/^\(([^()]*)\)$/, '$1').split(',');
    const trimmed = items.map((item) => item.trim());
    return trimmed.includes('') ? this.unexpected(name, 'a list without gaps') : trimmed;
  }

  oneOf<T extends string>(name: string, values: readonly T[]): Said<T> {
    const text = this.text(name);
    if (typeof text !== 'string') return text;
    return values.find((value) => value === text) ?? this.unexpected(name, listed(values));
  }

  whole(name: string, least: number, most: number): Said<number> {
    const text = this.text(name);
    if (typeof text !== 'string') return text;
    const value = /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    return value >= least && value <= most ? value : this.unexpected(name, `a whole number from ${least} to ${most}`);
  }

  number(name: string, least: number, most: number): Said<number> {
    const text = this.text(name);
    if (typeof text !== 'string') return text;
    const value = /^-?\d{1,9}(?:\.\d{1,9})?$/.test(text) ? Number(text) : Number.NaN;
    return value >= least && value <= most ? value : this.unexpected(name, `a number from ${least} to ${most}`);
  }

  /** In ms. */
  duration(name: string, least: number, most: number): Said<number> {
    const text = this.text(name);
    if (typeof text !== 'string') return text;
    return this.durationIn(name, text, least, most);
  }

  /** The duration that is a part of an attribute, in ms. */
  durationIn(name: string, text: string, least: number, most: number): number | null {
    const ms = durationMs(text);
    if (ms !== null && ms >= least && ms <= most) return ms;
    const range = `from ${inWords(least)} to ${inWords(most)}`;
    return this.unexpected(name, `a duration ${range} such as PT1.5S, 500ms or 5m`);
  }

  /** With or without the leading `=`. */
  feel(name: string): Said<Expression> {
    const text = this.text(name);
    if (typeof text !== 'string') return text;
    return compileExpression(() => compileFeel(text), `${name} of ${this.what}`, this.report);
  }

  /** The children of this name; those of other names than `close` is told are reported by it. */
  children(name: string): readonly ExtensionElement[] {
    return this.element.children.filter((child) => child.name === name);
  }

  /** Reports that an attribute is not as it should be. */
  unexpected(name: string, expected: string, hint?: string): null {
    return this.wrong(
      `Expected ${name} of ${this.what} to be ${expected}, but it is '${this.element.attributes[name] ?? ''}'`,
      hint,
    );
  }

  /** Reports anything else that is wrong with the element. */
  wrong(message: string, hint?: string): null {
    this.report.error(this.rule, message, hint);
    return null;
  }

  /**
   * Reports attributes that have not been asked for, children of other names and text.
   * @param hints what to do instead, by attribute
   */
  close(childNames: readonly string[], hints: Readonly<Record<string, string>> = {}): void {
    const known = `It knows ${listed([...this.asked], 'and')}.`;
    for (const name of Object.keys(this.element.attributes))
      if (!this.asked.has(name) && !/^xmlns(?::|$)/.test(name))
        this.wrong(`Expected only attributes that ${this.what} knows here, but found ${name}`, hints[name] ?? known);
    for (const { name } of this.element.children)
      if (!childNames.includes(name))
        this.wrong(`Expected ${childNames.length === 0 ? 'nothing' : listed(childNames)} in ${this.what}, but found ${name}`);
    if (this.element.text.trim() !== '') this.wrong(`Expected no text in ${this.what}, but found some`);
  }
}

/** `a, b or c`. */
export function listed(words: readonly string[], word = 'or'): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${word} ${words.at(-1) ?? ''}`;
}
