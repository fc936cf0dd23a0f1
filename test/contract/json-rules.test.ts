import fc from 'fast-check';
import { describeJsonError, findJsonProblem, findUnsafeNumber } from '../../src/contract/json-rules.js';

describe('a number in JSON text', () => {
  it.each([
    '0',
    '-0',
    '1.0',
    '1.10',
    '9007199254740991',
    '-9007199254740991',
    '0.1',
    '1e5',
    '1E+5',
    '12.5e-3',
    '0.30000000000000004',
    '1.7976931348623157e-5',
    '"12345678901234567890"',
    '"a\\"12345678901234567890"',
    '5e-324',
  ])('is kept as it is: %s', (text) => {
    expect(findUnsafeNumber(`{"a": [${text}, 1]}`)).toBeNull();
  });

  it.each([
    '9007199254740993',
    '12345678901234567890',
    '-12345678901234567890',
    '0.12345678901234567890',
    '1234567890123.12345678',
    '1e400',
    '-1e400',
    '1e-400',
    '1e21',
  ])('would be altered: %s', (text) => {
    expect(findUnsafeNumber(`{"a": [1, "x", ${text}]}`)).toBe(text);
  });

  it('is kept exactly where none is found', () => {
    fc.assert(
      fc.property(fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.maxSafeInteger()), (number) => {
        const text = JSON.stringify(number);
        if (findUnsafeNumber(text) === null) expect(JSON.stringify(JSON.parse(text))).toBe(text);
        else expect(Number.isInteger(number) && !Number.isSafeInteger(number)).toBe(true);
      }),
    );
  });

  it.each([
    ['an open text of escapes', `1234567890123456,"${'\\"'.repeat(1_000_000)}`],
    ['quotes', `1234567890123456${'"'.repeat(2_000_000)}`],
    ['digits', '1'.repeat(2_000_000)],
    ['minus signs', `1234567890123456${'-'.repeat(2_000_000)}`],
  ])('is looked for in little time among %s', (_title, text) => {
    const before = process.cpuUsage();

    findUnsafeNumber(text);

    // Of the processor, which a busy machine gives late: backtracking would take minutes.
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1_000).toBeLessThan(1_000);
  });
});

describe('JSON that is taken in', () => {
  it.each([null, true, 1.5, 'Zoë 🙂', [], {}, { a: [{ b: null }] }])('may be %j', (value) => {
    expect(findJsonProblem(value)).toBeNull();
  });

  it.each<[string, unknown, string, string]>([
    ['an integer that is not safe', { a: [2 ** 53] }, 'number', 'a[0]'],
    ['an infinite number', { a: Infinity }, 'number', 'a'],
    ['a NUL character', { a: { b: 'x\u0000' } }, 'text', 'a.b'],
    ['half of a surrogate pair', ['\uD800'], 'text', '[0]'],
    ['the other half', ['\uDC00x'], 'text', '[0]'],
    ['a NUL character in a name', { 'a\u0000': 1 }, 'text', ''],
    ['the name __proto__', JSON.parse('{"a": {"__proto__": 1}}'), 'name', 'a'],
    ['the name constructor', { constructor: 1 }, 'name', ''],
    ['the name prototype', [{ prototype: 1 }], 'name', '[0]'],
    ['a name of 257 characters', { ['x'.repeat(257)]: 1 }, 'key', ''],
    ['33 levels', nested(33), 'depth', '[0]'.repeat(32)],
  ])('may not hold %s', (_title, value, code, path) => {
    expect(findJsonProblem(value)).toMatchObject({ code, path });
  });

  it('may have 32 levels and names of 256 characters', () => {
    expect(findJsonProblem(nested(32))).toBeNull();
    expect(findJsonProblem({ ['x'.repeat(256)]: 1 })).toBeNull();
  });
});

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < levels; i++) value = [value];
  return value;
}

describe('what is said of text that is no JSON', () => {
  it.each([
    '{"password": hunter2}',
    'hunter2',
    '{"a":"hunter2"',
    '["hunter2",]',
    `{"a": ${'x'.repeat(50)}hunter2${'y'.repeat(50)}}`,
  ])('quotes nothing of %s', (text) => {
    let error: unknown = null;
    try {
      JSON.parse(text);
    } catch (caught) {
      error = caught;
    }
    expect(describeJsonError(error)).toMatch(/JSON/);
    expect(describeJsonError(error)).not.toContain('hunter');
  });
});
