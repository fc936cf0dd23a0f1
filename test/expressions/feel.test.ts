import { evaluate } from 'feelin';
import fc from 'fast-check';
import { compileFeel } from '../../src/expressions/index.js';
import { feelToJson } from '../../src/expressions/feel-to-json.js';
import type { JsonObject } from '../../src/engine/index.js';

describe('FEEL', () => {
  it.each([
    ['x + 1', { x: 2 }, 3],
    ['=x + 1', { x: 2 }, 3],
    ['missing', {}, null],
    ['missing.deep', {}, null],
    ['missing > 5', {}, null],
    ['x > 5', { x: 'text' }, false],
    ['list.name', { list: [{ name: 'a' }, { name: 'b' }] }, ['a', 'b']],
    ['customer name', { 'customer name': 'Zoë' }, 'Zoë'],
    ['customer   name', { 'customer name': 'Zoë' }, 'Zoë'],
    ['a.b', { a: { b: 1 }, 'a.b': 2 }, feelToJson(evaluate('a.b', { a: { b: 1 }, 'a.b': 2 }).value)],
    ['date("2030-01-31")', {}, '2030-01-31'],
    ['duration("PT5M")', {}, 'PT5M'],
    ['sum(for i in list return i * 2)', { list: [1, 2] }, 6],
    ['{a: x, b: [1, "c"]}', { x: null }, { a: null, b: [1, 'c'] }],
    ['1 / 0', {}, null],
  ])('%s', (source, variables, value) => {
    expect(compileFeel(source).evaluate(variables as JsonObject)).toEqual(value);
  });

  it('means the same by its short cut as by its interpreter', () => {
    const value = fc.oneof(
      fc.integer({ min: -3, max: 3 }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom('', 'a', '2', null, true, []),
      fc.record({ b: fc.integer({ min: 0, max: 2 }) }, { noNullPrototype: true }),
      fc.array(fc.record({ b: fc.nat(2) }, { noNullPrototype: true }), { maxLength: 2 }),
    );
    const path = fc.constantFrom('a', 'a.b', 'a.c', 'other', ' a . b ');
    const comparison = fc
      .tuple(fc.constantFrom('=', '!=', '<', '<=', '>', '>='), fc.constantFrom('2', '-1', '0.5', '"a"', '"2"', '""'))
      .map(([operator, literal]) => ` ${operator} ${literal}`);
    fc.assert(
      fc.property(path, fc.option(comparison, { nil: '' }), value, (left, right, a) => {
        const source = `${left}${right}`;
        expect(compileFeel(source).evaluate({ a })).toEqual(feelToJson(evaluate(source, { a }).value));
      }),
      { numRuns: 500 },
    );
  });

  it('is remembered, and forgotten in time', () => {
    const first = compileFeel('=remembered + 1');

    expect(compileFeel('=remembered + 1')).toBe(first);
    for (let i = 0; i < 1_000; i++) compileFeel(`=x${i}`);
    expect(compileFeel('=remembered + 1')).not.toBe(first);
  });

  it.each(['', '=', 'a +', 'if x then', '((', 'a; b'])('refuses %p', (source) => {
    expect(() => compileFeel(source)).toThrow(/^Expected/);
  });

  it('refuses what is too long, or nested too deep, at once', () => {
    expect(() => compileFeel('1+'.repeat(60_000) + '1')).toThrow('at most 100000 characters');
    expect(() => compileFeel('('.repeat(10_000) + '1' + ')'.repeat(10_000))).toThrow('at most 200 levels');
  });

  it.each([
    ['constructor', { x: 1 }],
    ['x.constructor', { x: {} }],
    ['x.__proto__', { x: {} }],
    ['x.constructor.constructor("return process")()', { x: {} }],
    ['__proto__.polluted', {}],
    ['toString', {}],
  ])('reaches nothing but data: %s', (source, variables) => {
    let value: unknown = null;
    try {
      value = compileFeel(source).evaluate(variables);
    } catch (error) {
      expect(String(error)).toMatch(/Expected/);
    }
    expect(value).toBeNull();
  });

  it('has no value that is a function', () => {
    expect(() => compileFeel('function(a) a').evaluate({})).toThrow('function');
  });
});
