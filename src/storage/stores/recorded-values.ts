import { createHash } from 'node:crypto';
import type { OmittedValue } from '../../application/ports/instance-history.js';
import type { JsonObject, JsonValue, VariableWrite } from '../../engine/index.js';

/** A value of more bytes is recorded by its size and hash: history must not cost what the variables themselves cost, again and again. */
const RECORDED_MAX_BYTES = 64 * 1024;

/** What a write changed, as JSON texts; null: nothing on that side. */
export interface EncodedWrite {
  readonly before: string | null;
  readonly after: string | null;
  readonly omitted: string | null;
}

/** Null: every value is what it was. A name that stands on neither side has been omitted on it. */
export function encodeWrite({ names, before, after }: VariableWrite): EncodedWrite | null {
  const old = new RecordedValues();
  const fresh = new RecordedValues();
  let isChanged = false;
  for (const name of names) {
    const was = Object.hasOwn(before, name) ? before[name] : undefined;
    const is = Object.hasOwn(after, name) ? after[name] : undefined;
    if (was === is) continue;
    const wasText = textOf(was);
    const isText = textOf(is);
    if (wasText === isText) continue;
    isChanged = true;
    if (wasText !== undefined) old.add(name, wasText);
    if (isText !== undefined) fresh.add(name, isText);
  }
  if (!isChanged) return null;
  const hasOmitted = old.omitted !== null || fresh.omitted !== null;
  const omitted = hasOmitted ? JSON.stringify({ before: old.omitted ?? {}, after: fresh.omitted ?? {} }) : null;
  return { before: old.text, after: fresh.text, omitted };
}

/** `{ values, omitted? }` of what a visit was given. */
export function encodeValues(values: JsonObject): string {
  const text = JSON.stringify(values);
  if (text.length * 3 <= RECORDED_MAX_BYTES) return `{"values":${text}}`;
  const recorded = new RecordedValues();
  for (const [name, value] of Object.entries(values)) recorded.add(name, JSON.stringify(value));
  const omitted = recorded.omitted === null ? '' : `,"omitted":${JSON.stringify(recorded.omitted)}`;
  return `{"values":${recorded.text ?? '{}'}${omitted}}`;
}

function textOf(value: JsonValue | undefined): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}

/** Names with their values, and those whose values are too large. Written as text by hand, as each value is text already. */
class RecordedValues {
  omitted: Record<string, OmittedValue> | null = null;
  private members = '';

  get text(): string | null {
    return this.members === '' ? null : `{${this.members}}`;
  }

  add(name: string, value: string): void {
    // No text is more than three times as many bytes as it has UTF-16 units.
    if (value.length * 3 > RECORDED_MAX_BYTES && Buffer.byteLength(value) > RECORDED_MAX_BYTES) this.omit(name, value);
    else this.members += `${this.members === '' ? '' : ','}${JSON.stringify(name)}:${value}`;
  }

  private omit(name: string, value: string): void {
    const sha256 = createHash('sha256').update(value).digest('hex');
    Object.defineProperty((this.omitted ??= {}), name, {
      value: { bytes: Buffer.byteLength(value), sha256 },
      enumerable: true,
    });
  }
}
