import { describe, expect, it } from '@jest/globals';
import { historyWeeks } from '../../src/storage/stores/history-week.js';

describe('weeks of history', () => {
  it('go from Monday to Monday, 00:00 UTC', () => {
    expect(historyWeeks(Date.parse('2026-11-25T13:00:00Z'), 1)).toEqual([
      { name: '2026w48', from: Date.parse('2026-11-23T00:00:00Z'), to: Date.parse('2026-11-30T00:00:00Z') },
      { name: '2026w49', from: Date.parse('2026-11-30T00:00:00Z'), to: Date.parse('2026-12-07T00:00:00Z') },
    ]);
  });

  it.each([
    ['2026-11-23T00:00:00.000Z', '2026w48'],
    ['2026-11-29T23:59:59.999Z', '2026w48'],
    ['2027-01-03T12:00:00.000Z', '2026w53'],
    ['2027-01-04T00:00:00.000Z', '2027w01'],
    ['2024-12-30T00:00:00.000Z', '2025w01'],
    ['1969-12-31T00:00:00.000Z', '1970w01'],
  ])('%s is in %s, by ISO 8601', (instant, name) => {
    expect(historyWeeks(Date.parse(instant), 0).map((week) => week.name)).toEqual([name]);
  });
});
