import fc from 'fast-check';
import { addDuration, armTimer, parseDuration, parseInstant, parseRepeatingInterval } from '../../src/engine/index.js';
import { literal } from '../../src/expressions/index.js';

const at = (text: string): number => Date.parse(text);

describe('an ISO 8601 duration', () => {
  it.each([
    ['PT5M', 0, 300_000],
    ['P1Y2M', 14, 0],
    ['P1W', 0, 604_800_000],
    ['P1DT1H1M1.5S', 0, 90_061_500],
    ['PT0S', 0, 0],
    ['PT0,25S', 0, 250],
  ])('%s', (text, months, ms) => {
    expect(parseDuration(text)).toEqual({ months, ms });
  });

  it.each(['', 'P', 'PT', 'P1', '5M', '-PT5M', 'PT-5M', 'P1H', 'PT5M1H', 'PT1.5M', 'PT5m', `P${'9'.repeat(400)}Y`, 'P1YT'])(
    'is not %p',
    (text) => {
      expect(parseDuration(text)).toBeNull();
    },
  );

  it.each([
    ['2030-01-31T10:00:00Z', 'P1M', '2030-02-28T10:00:00Z'],
    ['2032-01-31T10:00:00Z', 'P1M', '2032-02-29T10:00:00Z'],
    ['2030-12-31T23:59:59Z', 'P1Y2M', '2032-02-29T23:59:59Z'],
    ['1969-12-31T23:00:00Z', 'PT2H', '1970-01-01T01:00:00Z'],
  ])('%s and %s are %s', (start, text, end) => {
    const duration = parseDuration(text);
    expect(duration && addDuration(at(start), duration)).toBe(at(end));
  });
});

describe('an ISO 8601 instant', () => {
  it('is what JavaScript reads, whatever the date', () => {
    fc.assert(
      fc.property(
        fc.date({
          min: new Date(at('0001-01-01T00:00:00Z')),
          max: new Date(at('9999-12-31T23:59:59.999Z')),
          noInvalidDate: true,
        }),
        (date) => {
          expect(parseInstant(date.toISOString())).toBe(date.getTime());
        },
      ),
    );
  });

  it.each([
    ['2030-01-31', '2030-01-31T00:00:00Z'],
    ['2030-01-31T10:00', '2030-01-31T10:00:00Z'],
    ['2030-01-31T10:00:00+02:00', '2030-01-31T08:00:00Z'],
    ['2030-01-31T10:00:00-0130', '2030-01-31T11:30:00Z'],
    ['2030-01-31T10:00:00.123456Z', '2030-01-31T10:00:00.123Z'],
  ])('%s', (text, same) => {
    expect(parseInstant(text)).toBe(at(same));
  });

  it.each([
    '',
    '2030-02-30',
    '2030-13-01',
    '2030-01-00',
    '2029-02-29',
    '2030-01-01T25:00:00Z',
    '2030-01-01T10:60:00Z',
    '30-01-01',
    'soon',
    '2030-01-01T10',
  ])('is not %p', (text) => {
    expect(parseInstant(text)).toBeNull();
  });
});

describe('a repeating interval', () => {
  it('has a count, a start and an interval', () => {
    expect(parseRepeatingInterval('R3/PT10S')).toEqual({ times: 3, start: null, every: { months: 0, ms: 10_000 } });
    expect(parseRepeatingInterval('R/2030-01-01T00:00:00Z/P1D')).toEqual({
      times: null,
      start: at('2030-01-01T00:00:00Z'),
      every: { months: 0, ms: 86_400_000 },
    });
  });

  it.each(['R3', 'R/PT0S', 'R3/soon', 'R-1/PT1S', '3/PT1S', 'R3/2030-01-01/PT1S/PT1S', 'R3/never/PT1S'])('is not %p', (text) => {
    expect(parseRepeatingInterval(text)).toBeNull();
  });
});

describe('a timer', () => {
  const now = at('2030-01-01T00:00:00Z');

  it.each([
    ['date', '2029-01-01T00:00:00Z', now],
    ['date', '2030-01-01T00:00:05Z', now + 5_000],
    ['duration', 'PT5S', now + 5_000],
    ['duration', 'P999999999Y', at('9999-12-31T23:59:59Z')],
    ['cycle', 'R3/PT5S', now + 5_000],
    ['cycle', 'R3/2029-01-01T00:00:00Z/PT5S', now],
  ] as const)('by %s %s is due within what can be stored', (kind, text, dueAt) => {
    expect(armTimer({ kind, value: literal(text) }, {}, now).dueAt).toBe(dueAt);
  });

  it.each([
    ['date', 'PT5S'],
    ['duration', '2030-01-01'],
    ['cycle', 'R0/PT5S'],
    ['cycle', '0 9 * * *'],
    ['duration', null],
  ] as const)('by %s is not %p', (kind, value) => {
    expect(() => armTimer({ kind, value: literal(value) }, {}, now)).toThrow(`Expected an ISO 8601 ${kind}`);
  });
});
