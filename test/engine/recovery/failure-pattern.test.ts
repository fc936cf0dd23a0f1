import { performance } from 'node:perf_hooks';
import fc from 'fast-check';
import { failureScope, isLike, matches, type SeenFailure } from '../../../src/engine/recovery/failure-pattern.js';
import type { FailurePattern, JsonObject } from '../../../src/engine/index.js';

const FAILURE: SeenFailure = {
  code: 'HTTP_503',
  message: 'Credit bureau UNAVAILABLE',
  errorClass: 'SERVICE_UNAVAILABLE',
  status: 503,
  details: { status: 503, body: 'down' },
  attempt: 2,
  variables: { amount: 100 },
};
const ANYTHING: FailurePattern = { codes: null, statuses: null, classes: null, text: null, when: null };
const when = (evaluate: (scope: JsonObject) => unknown): FailurePattern => ({
  ...ANYTHING,
  when: { language: 'feel', source: 'when', evaluate: (scope) => evaluate(scope) as never },
});

describe('a text is like a pattern', () => {
  it.each([
    ['abc', 'abc', true],
    ['abc', 'ab', false],
    ['abc', 'ABC', false],
    ['abc', '*', true],
    ['', '*', true],
    ['', '', true],
    ['abc', '', false],
    ['abc', 'a*', true],
    ['abc', '*c', true],
    ['abc', 'a*c', true],
    ['ac', 'a*c', true],
    ['abc', 'a*b', false],
    ['abc', '*b*', true],
    ['a', 'a*a', false],
    ['aba', 'ab*ba', false],
    ['abcbc', 'a*bc', true],
    ['a.c', 'a.c', true],
    ['abc', 'a.c', false],
    ['one two three', '*one*three*', true],
    ['one two three', '*three*one*', false],
    ['abab', '*ab*ab*', true],
    ['ab', '*ab*ab*', false],
    ['xy', 'x**y', true],
  ])('%j %j: %s', (text, pattern, like) => {
    expect(isLike(text, pattern)).toBe(like);
  });

  test('as a regular expression would say', () => {
    const part = fc.stringMatching(/^[ab]{0,3}$/);
    fc.assert(
      fc.property(fc.stringMatching(/^[ab]{0,8}$/), fc.array(part, { minLength: 1, maxLength: 4 }), (text, parts) => {
        expect(isLike(text, parts.join('*'))).toBe(new RegExp(`^${parts.join('.*')}$`).test(text));
      }),
    );
  });

  it.each([
    ['many stars before what is not there', `${'*a'.repeat(1000)}*x*c`],
    ['many stars before an end that is taken already', `${'*a'.repeat(1000)}*c*c`],
    ['a long word that begins everywhere and ends nowhere', `*${'a'.repeat(100)}b${'a'.repeat(99)}*`],
  ])('in bounded time over a megabyte: %s', (_title, pattern) => {
    const text = `${'a'.repeat(1024 * 1024)}c`;
    const cost = (): number => {
      const started = performance.now();
      expect(isLike(text, pattern)).toBe(false);
      return performance.now() - started;
    };

    // Measured: below 50 ms. What tries every place of every star would not end at all.
    expect(Math.min(...Array.from({ length: 3 }, cost))).toBeLessThan(1000);
  });
});

describe('a failure matches', () => {
  it.each([
    ['anything', ANYTHING, true],
    ['one of the codes', { ...ANYTHING, codes: ['X', 'HTTP_5*'] }, true],
    ['none of the codes', { ...ANYTHING, codes: ['X', 'HTTP_4*'] }, false],
    ['a status at the end of its range', { ...ANYTHING, statuses: [{ from: 500, to: 503 }] }, true],
    [
      'a status outside',
      {
        ...ANYTHING,
        statuses: [
          { from: 400, to: 499 },
          { from: 504, to: 599 },
        ],
      },
      false,
    ],
    ['a class', { ...ANYTHING, classes: ['RATE_LIMITED', 'SERVICE_UNAVAILABLE'] }, true],
    ['no class', { ...ANYTHING, classes: ['RATE_LIMITED'] }, false],
    ['words in any case', { ...ANYTHING, text: 'Bureau*unavail' }, true],
    ['words that are not there', { ...ANYTHING, text: 'unavailable bureau' }, false],
    ['all of several', { ...ANYTHING, codes: ['HTTP_*'], text: 'bureau' }, true],
    ['one of several only', { ...ANYTHING, codes: ['HTTP_*'], text: 'bank' }, false],
    ['a condition that holds', when(() => true), true],
    ['a condition that does not', when(() => false), false],
    ['a condition without value', when(() => null), false],
    ['a condition that is merely something', when(() => 'true'), false],
  ] as const)('%s', (_title, pattern, expected) => {
    expect(matches(pattern, FAILURE)).toBe(expected);
  });

  it('no status where it has none', () => {
    expect(matches({ ...ANYTHING, statuses: [{ from: 100, to: 599 }] }, { ...FAILURE, status: null })).toBe(false);
  });

  it('a condition over the error, the attempt and the variables', () => {
    const scope = {
      error: {
        code: 'HTTP_503',
        message: 'Credit bureau UNAVAILABLE',
        class: 'SERVICE_UNAVAILABLE',
        status: 503,
        details: { status: 503, body: 'down' },
      },
      attempt: 2,
      variables: { amount: 100 },
    };

    expect(failureScope(FAILURE)).toEqual(scope);
    expect(
      matches(
        when((seen) => JSON.stringify(seen) === JSON.stringify(scope)),
        FAILURE,
      ),
    ).toBe(true);
  });
});
