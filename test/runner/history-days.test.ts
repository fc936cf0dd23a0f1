import { describe, expect, it } from '@jest/globals';
import { ConfigError, readConfig } from '../../src/config.js';

describe('REPRISE_HISTORY_DAYS', () => {
  it('says after how many days ended instances are removed; without it they are kept for ever', () => {
    expect(readConfig({ REPRISE_HISTORY_DAYS: '90' }).historyDays).toBe(90);
    expect(readConfig({}).historyDays).toBeNull();
    expect(readConfig({ REPRISE_HISTORY_DAYS: ' ' }).historyDays).toBeNull();
  });

  it.each(['0', '-1', '1.5', 'a week', '36501'])('is refused when it is %s', (value) => {
    const reading = () => readConfig({ REPRISE_HISTORY_DAYS: value });

    expect(reading).toThrow(ConfigError);
    expect(reading).toThrow(`REPRISE_HISTORY_DAYS must be a whole number from 1 to 36500, but is '${value}'`);
  });
});
