import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import type { Dispatcher } from 'undici';
import { findUnsafeNumber } from '../../contract/json-rules.js';
import type { JsonObject, JsonValue } from '../../engine/index.js';
import type { HttpAnswer } from './http-outcome.js';

/** An answer that cannot be taken in, with a code for the incident. */
export class UnreadableAnswer extends Error {
  override readonly name = 'UnreadableAnswer';

  constructor(
    readonly code: 'RESPONSE_TOO_LARGE' | 'RESPONSE_UNREADABLE',
    message: string,
  ) {
    super(message);
  }
}

const DECODERS: Readonly<Record<string, (data: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>>> = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
};

/**
 * Takes in the whole answer, decompressed and in its own character set.
 * @throws UnreadableAnswer when it exceeds `maxBytes`, packed or unpacked, or cannot be unpacked
 */
export async function readAnswer(response: Dispatcher.ResponseData, maxBytes: number): Promise<HttpAnswer> {
  const headers = flatten(response.headers);
  const contentType = String(headers['content-type'] ?? '');
  const packed = await readBody(response.body, maxBytes);
  const text = decode(await unpack(packed, String(headers['content-encoding'] ?? ''), maxBytes), contentType);
  return { status: response.statusCode, headers, body: parse(text, contentType), text };
}

async function readBody(body: Dispatcher.ResponseData['body'], maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) {
      body.destroy();
      throw tooLarge(maxBytes);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Undoes `Content-Encoding` (RFC 9110 section 8.4), last applied first. We ask for none; some servers pack anyway. */
async function unpack(packed: Buffer, encodings: string, maxBytes: number): Promise<Buffer> {
  let data = packed;
  const applied = encodings.split(',').map((name) => name.trim().toLowerCase());
  for (const name of applied.filter((each) => each !== '' && each !== 'identity').reverse()) {
    const decoder = Object.hasOwn(DECODERS, name) ? DECODERS[name] : undefined;
    if (!decoder)
      throw new UnreadableAnswer('RESPONSE_UNREADABLE', `The answer is packed by '${name.slice(0, 40)}', which is not known`);
    if (data.length === 0) return data;
    try {
      data = await decoder(data, { maxOutputLength: maxBytes });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maxBytes);
      throw new UnreadableAnswer('RESPONSE_UNREADABLE', `The answer cannot be unpacked by ${name}`);
    }
  }
  return data;
}

/** UTF-8 unless the answer says otherwise; bytes that do not fit become the replacement character. */
function decode(bytes: Buffer, contentType: string): string {
  const charset = /;\s*charset="?([\w.:-]+)/i.exec(contentType)?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}

function tooLarge(maxBytes: number): UnreadableAnswer {
  return new UnreadableAnswer('RESPONSE_TOO_LARGE', `The answer exceeds ${maxBytes} bytes`);
}

function flatten(headers: Dispatcher.ResponseData['headers']): JsonObject {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
}

/** JSON where it is JSON (also when it is not labelled so), else the text. Numbers that would lose digits leave it as text. */
function parse(text: string, contentType: string): JsonValue {
  if (text === '') return null;
  if (!/json/i.test(contentType) && !/^\s*[{[]/.test(text)) return text;
  try {
    return findUnsafeNumber(text) === null ? (JSON.parse(text) as JsonValue) : text;
  } catch {
    return text;
  }
}
