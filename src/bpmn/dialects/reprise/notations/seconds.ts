import { MAX_DELAY_MS } from '../../../../engine/index.js';

/** Seconds without a unit, as Coflux and Valohai write them, in ms; null: none, below zero or more than a year. */
export function secondsMs(text: string): number | null {
  const ms = /^\d{1,9}(?:\.\d{1,3})?$/.test(text) ? Math.round(Number(text) * 1000) : Number.NaN;
  return ms <= MAX_DELAY_MS ? ms : null;
}
