import { describe, expect, it } from '@jest/globals';
import { durationMs, sayDuration } from '../../src/cli/input/durations.js';
import { progressLine } from '../../src/cli/output/batches.js';
import { csvLine } from '../../src/cli/output/csv.js';
import { sparkline } from '../../src/cli/output/sparkline.js';
import { toYaml } from '../../src/cli/output/yaml.js';
import type { Batch } from '../../src/sdk/client.js';

describe('what is printed', () => {
  it('as YAML quotes each text that would be read as something else', () => {
    const texts = [
      'plain words',
      'yes',
      'null',
      '1.5',
      '007',
      '2030-01-31',
      'a: b',
      '- a',
      '# no',
      '',
      ' led',
      'end ',
      'two\nlines',
      '=1',
      'é',
    ];
    expect(toYaml(texts).trimEnd().split('\n')).toEqual([
      '- plain words',
      ...texts.slice(1).map((text) => `- ${JSON.stringify(text)}`),
    ]);
    expect(toYaml({ a: { b: [1, [true, null], { c: 'x', d: {} }], e: [] }, 'odd key:': undefined, 'k:': 0 })).toBe(
      'a:\n  b:\n    - 1\n    - - true\n      - null\n    - c: x\n      d: {}\n  e: []\n"k:": 0\n',
    );
    expect(toYaml([])).toBe('[]\n');
  });

  it('as CSV defuses formulas and quotes what needs it', () => {
    expect(csvLine(['=1+1', -1, 'a "b", c', null, { d: 1 }, '@x'])).toBe(`'=1+1,-1,"a ""b"", c",,"{""d"":1}",'@x\r\n`);
  });

  it('of durations is what can be typed again', () => {
    expect(['500ms', '10s', '1.5m', '2d'].map(durationMs)).toEqual([500, 10_000, 90_000, 172_800_000]);
    expect([400, 59_600, 75_000, 3_600_000, 90_061_000].map(sayDuration)).toEqual(['400ms', '1m', '1m 15s', '1h', '1d 1h']);
    for (const text of ['10', 's', '-1s', '1 h', '1w']) expect(() => durationMs(text)).toThrow('Expected a duration');
  });

  it('of figures and of progress fits into a line', () => {
    expect(sparkline([0, 1, 4, 8])).toBe(' ▁▄█');
    const counts = { pending: 6, recovered: 3, 'failed-again': 1 } as unknown as Batch['counts'];
    const batch = { total: 10, status: 'running', counts, progress: { ended: 4, percent: 40, perSecond: 2, remainingMs: 3_000 } };
    expect(progressLine(batch as unknown as Batch, 10)).toBe(
      '[####------]  40 % of 10  pending 6, recovered 3, failed-again 1  2/s  3s left',
    );
  });
});
