import { describe, expect, test } from '@jest/globals';
import { fingerprintOf } from '../../../src/application/failures/failure-fingerprint.js';
import { patternOf } from '../../../src/application/failures/message-pattern.js';

describe('the pattern of a message', () => {
  test.each([
    ['numbers', 'Request timeout after 30000 ms', 'Request timeout after <n> ms'],
    ['decimal and grouped numbers', 'Amount 12.500,75 exceeds 10,000', 'Amount <n> exceeds <n>'],
    ['ids', 'No loan 6ba7b810-9dad-11d1-80b4-00c04fd430c8 here', 'No loan <id> here'],
    ['words with digits in them', 'Order a1b2c3d4 of LOAN-2024-001 is gone', 'Order <id> of LOAN-<n> is gone'],
    ['names that are numbered', 'node12 lost Task_7', 'node<n> lost Task_<n>'],
    ['dates and times', 'Due 2026-11-25T03:00:00.123Z, not 2026-11-24 or 12:30:59', 'Due <date>, not <date> or <time>'],
    ['quoted values', `Unknown customer 'Ada O.' ("VIP")`, `Unknown customer '…' ('…')`],
    ['addresses', 'connect ECONNREFUSED 10.1.2.3:8443', 'connect ECONNREFUSED <host>'],
    ['addresses of six', 'connect ECONNREFUSED [::1]:8443', 'connect ECONNREFUSED <host>'],
    ['mail addresses', 'Mail to ada.l@example.com bounced', 'Mail to <email> bounced'],
    [
      'variable parts of hosts',
      'http://bureau-3.eu1.example.com:8080/score/99?id=7#x',
      'http://bureau-<n>.eu<n>.example.com:<n>/score/<n>',
    ],
    ['names of pods', 'pod credit-7d9f8b6c5-x2x9z is down', 'pod credit-<id> is down'],
    ['white space', 'line\n\n  next\tone ', 'line next one'],
  ])('leaves out %s', (_title, message, pattern) => {
    expect(patternOf(message)).toBe(pattern);
  });

  test('keeps what tells causes apart', () => {
    const said = [
      "Can't reach the bureau, it doesn't answer",
      'Credit bureau answered - 503 Service Unavailable',
      'Kreditwürdigkeit unbekannt',
    ];

    expect(said.map(patternOf)).toEqual([
      "Can't reach the bureau, it doesn't answer",
      'Credit bureau answered - <n> Service Unavailable',
      'Kreditwürdigkeit unbekannt',
    ]);
  });

  test('is the same when it is taken again', () => {
    for (const message of ["Loan 4711 of 'Ada' refused by bureau-3.internal:8443", '<n> and <id>', 'a1b2-3c4d 5'])
      expect(patternOf(patternOf(message))).toBe(patternOf(message));
  });

  test('is bounded and quick, whatever the message', () => {
    const hostile = [
      "'".repeat(200_000),
      '9'.repeat(200_000),
      'a@'.repeat(100_000),
      '1.'.repeat(100_000),
      '"a'.repeat(100_000),
      'a1'.repeat(90_000),
      '[::'.repeat(90_000),
    ];
    const begun = performance.now();

    for (const message of hostile) expect(patternOf(message).length).toBeLessThanOrEqual(300);

    expect(performance.now() - begun).toBeLessThan(500);
  });
});

describe('the fingerprint of a failure', () => {
  const header = { tenantId: 'acme', definitionId: 7 };
  const incident = { code: 'HTTP_503', errorClass: 'SERVICE_UNAVAILABLE', message: 'Loan 1 failed' } as const;
  const { fingerprint } = fingerprintOf(header, 'Check', incident);

  test('is one for all failures of a cause', () => {
    expect(fingerprint).toMatch(/^[0-9a-f]{24}$/);
    expect(fingerprintOf(header, 'Check', { ...incident, message: 'Loan 2 failed' }).fingerprint).toBe(fingerprint);
  });

  test.each([
    ['tenant', fingerprintOf({ ...header, tenantId: 'rival' }, 'Check', incident)],
    ['definition', fingerprintOf({ ...header, definitionId: 8 }, 'Check', incident)],
    ['activity', fingerprintOf(header, 'Score', incident)],
    ['code', fingerprintOf(header, 'Check', { ...incident, code: 'HTTP_502' })],
    ['class', fingerprintOf(header, 'Check', { ...incident, errorClass: 'INVALID_DATA' })],
    ['text', fingerprintOf(header, 'Check', { ...incident, message: 'Loan 1 refused' })],
  ])('is another with another %s', (_part, other) => {
    expect(other.fingerprint).not.toBe(fingerprint);
  });
});
