import { compileJuel, compileSource, fillAddress, fillJson, fillText } from '../../src/expressions/index.js';
import { compilePath } from '../../src/expressions/path.js';
import type { JsonObject, JsonValue } from '../../src/engine/index.js';

describe('${...}', () => {
  it.each<[string, JsonObject, JsonValue]>([
    ['${a}', { a: 1 }, 1],
    ['${a.b}', { a: { b: [1, 2] } }, [1, 2]],
    ['${a.b[1].c}', { a: { b: [0, { c: 'x' }] } }, 'x'],
    ['${a["b c"]}', { a: { 'b c': 1 } }, 1],
    ['${missing.deep.deeper}', {}, null],
    ['${a > 1 && b < 2}', { a: 2, b: 1 }, true],
    ['${a gt 1 and not (b ge 2)}', { a: 2, b: 1 }, true],
    ['${a == "2"}', { a: 2 }, true],
    ['${empty list ? "none" : list.length}', { list: [1, 2] }, 2],
    ['${1 + 2 * 3 - -4}', {}, 11],
    ['${"1" + 2}', {}, 3],
    ['${"a" + 2}', {}, 'a2'],
    ['Hello ${name}, \\${not this}', { name: 'Zoë' }, 'Hello Zoë, ${not this}'],
    ['${list}${object}', { list: [1], object: { a: 1 } }, '[1]{"a":1}'],
    ["${'}'}", {}, '}'],
  ])('%s', (source, variables, value) => {
    expect(compileJuel(source).evaluate(variables)).toEqual(value);
  });

  it.each([
    '${',
    '${}',
    '${a',
    '${a b}',
    '${a.}',
    '${(a}',
    '${a[1}',
    '${"open}',
    '${a ? b}',
    '${a.b()}',
    '${f(a)}',
    '${a; b}',
    '${a = 1}',
    '${`a`}',
    '${a => a}',
  ])('refuses %s', (source) => {
    expect(() => compileJuel(source)).toThrow(/^Expected/);
  });

  it.each<[string, JsonObject]>([
    ['${a / 0}', { a: 1 }],
    ['${a % 0}', { a: 1 }],
    ['${a - 1}', { a: 'text' }],
    ['${a > 1}', { a: 'text' }],
    ['${a && true}', { a: 'text' }],
    ['${a * a}', { a: 1e200 }],
  ])('%s has no value', (source, variables) => {
    expect(() => compileJuel(source).evaluate(variables)).toThrow(/^Expected/);
  });

  it.each([
    '${constructor}',
    '${a.constructor}',
    '${a["__proto__"]}',
    '${a["con" + "structor"]}',
    '${a.prototype}',
    '${__proto__.x}',
    '${a.toString}',
    '${a.hasOwnProperty}',
    '${text.at}',
    '${list.push}',
    '${list["__proto__"]["constructor"]}',
  ])('reaches own data only: %s', (source) => {
    expect(compileJuel(source).evaluate({ a: {}, text: 'x', list: [] })).toBeNull();
  });

  it('sees data that is named like a member of objects', () => {
    expect(compileJuel('${a.toString}').evaluate({ a: { toString: 1 } })).toBe(1);
  });

  it.each([
    ['brackets', '${' + '('.repeat(50_000) + '1' + ')'.repeat(49_000) + '}'],
    ['negations', '${' + '!'.repeat(90_000) + 'a}'],
    ['choices', '${' + 'a ? '.repeat(20_000) + '1}'],
    ['operators', '${1' + '+1'.repeat(40_000) + '}'],
    ['indexes', '${a' + '[0]'.repeat(30_000) + '}'],
    ['openings', '${'.repeat(45_000)],
    ['an open text of escapes', '${"' + '\\"'.repeat(45_000)],
    ['spaces', '${' + ' '.repeat(99_000)],
    ['more than is taken', 'x'.repeat(200_000) + '${a}'],
  ])('refuses very many %s in little time', (_title, source) => {
    const before = process.cpuUsage();

    expect(() => compileJuel(source)).toThrow(/^Expected/);

    // Of the processor, which a busy machine gives late: backtracking would take minutes.
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1_000).toBeLessThan(1_000);
  });
});

describe('a path', () => {
  it('goes through objects and lists', () => {
    expect(compilePath('a.items[1].name').evaluate({ a: { items: [{}, { name: 'x' }] } })).toBe('x');
    expect(compilePath('a.missing[3].name').evaluate({ a: {} })).toBeNull();
  });

  it.each(['', 'a..b', 'a.', '.a', 'a[b]', 'a[-1]', 'a b', 'a]', `a${'.b'.repeat(60)}`])('refuses %p', (source) => {
    expect(() => compilePath(source)).toThrow(/^Expected a path/);
  });

  it.each(['constructor', 'a.__proto__', 'a.constructor.name', 'a.toString'])('reaches own data only: %s', (source) => {
    expect(compilePath(source).evaluate({ a: {} })).toBeNull();
  });

  it('is what a source is that is neither FEEL nor ${...}', () => {
    expect(['=a + 1', '${a}', 'a'].map((source) => compileSource(source).language)).toEqual(['feel', 'juel', 'path']);
  });
});

describe('a template', () => {
  const variables = { base: 'https://h/api/', id: 'a/b?c', name: 'Zoë "Z" \n', list: [1], none: null, blank: '' };

  it('is filled as text', () => {
    expect(fillText('${id}-${none}-${list}', variables)).toBe('a/b?c--[1]');
  });

  it('is filled as an address, values encoded but for its beginning', () => {
    expect(fillAddress('${base}/x/${id}', variables)).toBe('https://h/api/x/a%2Fb%3Fc');
    expect(fillAddress('${base}', variables)).toBe('https://h/api/');
    expect(() => fillAddress('https://h/${none}', variables)).toThrow('${none}');
    expect(() => fillAddress('https://h/${blank}', variables)).toThrow('missing or empty');
  });

  it('is filled as JSON, with types, and never breaks out of its texts', () => {
    expect(fillJson('{"a": "${name}", "b": ${list}, "c": "x ${name} ${list}", "d": "${list}", "e": ${none}}', variables)).toEqual(
      {
        a: variables.name,
        b: [1],
        c: `x ${variables.name} [1]`,
        d: [1],
        e: null,
      },
    );
    expect(fillJson('{"a": "\\"${id}\\""}', variables)).toEqual({ a: '"a/b?c"' });
  });

  it('says that it is no JSON without the values', () => {
    expect(() => fillJson('{"a": ${name} oops}', { name: 's3cret' })).toThrow(/^(?!.*s3cret).*oops/);
  });
});
