import { actionsFor, EVENT_TYPES, eventOf, findVainPattern, isMeant } from '../../../src/application/events/event-of.js';

describe('events', () => {
  test('are what the audit trail says was done; what was refused is none', () => {
    expect(eventOf({ action: 'RetriesExhausted', outcome: 'failed' })).toBe('incident.opened');
    expect(eventOf({ action: 'RetryFailedTask', outcome: 'succeeded' })).toBe('incident.retried');
    expect(eventOf({ action: 'RetryFailedTask', outcome: 'refused' })).toBeNull();
    expect(eventOf({ action: 'toString', outcome: 'succeeded' })).toBeNull();
  });

  test.each([
    ['*', true],
    ['incident.*', true],
    ['incident.opened', true],
    ['incident.*opened', false],
    ['inc*', false],
    ['batch.*', false],
  ])('%s means incident.opened: %s', (pattern, expected) => {
    expect(isMeant('incident.opened', [pattern])).toBe(expected);
  });

  test('a pattern that means none of them is found', () => {
    expect(findVainPattern(['*', 'batch.*', ...EVENT_TYPES])).toBeNull();
    expect(findVainPattern(['batch.*', 'instance.completed'])).toBe('instance.completed');
  });

  test('the actions that are read for patterns are those that may stand for a meant event', () => {
    expect(actionsFor(['batch.st*', 'group.opened', 'batch.started']).sort()).toEqual([
      'FailureGroupOpened',
      'RepeatBatchFailures',
      'StartBatch',
    ]);
  });
});
