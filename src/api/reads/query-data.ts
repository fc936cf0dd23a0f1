import 'reflect-metadata';
import type { DataClass } from '../../application/requests/api-request.js';

/**
 * A query string as `data`: texts become what the field's type says. What does not fit stays text, so that the validation
 * names it.
 */
export function queryData(dataClass: DataClass, query: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const data: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(query)) {
    const field = name.replace(/\[\]$/, '');
    data[field] = coerce(Reflect.getMetadata('design:type', dataClass.prototype as object, field) as unknown, value);
  }
  return data;
}

function coerce(type: unknown, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (type === Number && /^-?\d+(\.\d+)?$/.test(value)) return Number(value);
  if (type === Boolean && (value === 'true' || value === 'false')) return value === 'true';
  if (type === Array) return value.split(',').map((part) => part.trim());
  if (type === Object && /^[[{]/.test(value.trim())) return parsed(value);
  return value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
