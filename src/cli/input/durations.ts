import { InvalidArgumentError } from 'commander';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;

/** `10s` in ms. @throws InvalidArgumentError, which commander tells as a mistake in the command line */
export function durationMs(text: string): number {
  const [, figure, unit = ''] = DURATION.exec(text) ?? [];
  const factor = UNITS[unit];
  if (figure === undefined || factor === undefined)
    throw new InvalidArgumentError(`Expected a duration such as 500ms, 10s, 5m, 1h or 2d, but got '${text}'.`);
  return Math.round(Number(figure) * factor);
}

/** 75,000 as `1m 15s`: the two largest units. */
export function sayDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)}ms`;
  const seconds = Math.round(ms / 1_000);
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count}${unit}`)
    .join(' ');
}
