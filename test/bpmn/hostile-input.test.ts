import { readModel } from '../../src/bpmn/index.js';
import { flow, model } from './model-text.js';

async function refusal(xml: string) {
  const result = await readModel(xml);
  if (result.kind !== 'refused') throw new Error('Expected a refusal');
  return result.errors.map(({ rule, line }) => ({ rule, line }));
}

async function elapsedMs(deed: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await deed();
  return performance.now() - start;
}

/** `count` tasks in a row: 2 x count elements. */
function chain(count: number, element = 'task'): string {
  const tasks = Array.from({ length: count }, (_, index) => `<bpmn:${element} id="t${index}"/>`);
  const flows = Array.from({ length: count - 1 }, (_, index) => flow(`f${index}`, `t${index}`, `t${index + 1}`));
  return model(['<bpmn:startEvent id="S"/>', ...tasks, ...flows, flow('f', 'S', 't0')].join('\n'));
}

describe('hostile input', () => {
  it('is refused where it declares entities', async () => {
    const bomb = `<?xml version="1.0"?>\n<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]>\n${model('<bpmn:startEvent id="S" name="&lol2;"/>')}`;

    expect(await refusal(bomb)).toEqual([{ rule: 'no-doctype', line: 2 }]);
  });

  it('may speak of a DOCTYPE in a comment, in CDATA and in text', async () => {
    const xml = model(
      '<!-- <!DOCTYPE x> --><bpmn:startEvent id="S"><bpmn:documentation><![CDATA[<!ENTITY x>]]></bpmn:documentation></bpmn:startEvent>',
    );

    expect((await readModel(xml)).kind).toBe('accepted');
  });

  it.each([
    ['nothing', '', 1],
    ['no XML', 'hello', 1],
    ['an unclosed element', '<a>\n<b>', 2],
    ['crossed elements', '<a>\n<b></a></b>', 2],
    ['two roots', '<a/>\n<b/>', 2],
    ['an unquoted attribute', '<a\n x=1/>', 1],
    ['one attribute twice', '<a x="1" x="2"/>', 1],
    ['an unclosed comment', '<a><!-- ', 1],
    ['an unclosed tag', '<a', 1],
    ['a lone opening', '<', 1],
  ])('is refused with its line: %s', async (_title, xml, line) => {
    expect(await refusal(xml)).toEqual([{ rule: 'malformed-xml', line }]);
  });

  it('is refused where it is XML of another kind', async () => {
    expect((await refusal('<html><body/></html>')).length).toBe(1);
  });

  it('is refused above 10 MiB', async () => {
    expect((await refusal(model(`<!-- ${'x'.repeat(10 * 1024 * 1024)} -->`)))[0]?.rule).toBe('model-too-large');
  });

  it('is read within seconds just below 10 MiB', async () => {
    const xml = model(
      `<bpmn:startEvent id="S"><bpmn:documentation>${'lorem ipsum &amp; '.repeat(600_000).slice(0, 10_200_000)}</bpmn:documentation></bpmn:startEvent>`,
    );

    expect(await elapsedMs(() => readModel(xml))).toBeLessThan(3000);
  });

  it('is refused with more than 10,000 elements', async () => {
    expect((await refusal(chain(6000)))[0]?.rule).toBe('too-many-elements');
  });

  it('is refused when nested too deep', async () => {
    const deep = `${'<bpmn:subProcess>'.repeat(100_000)}${'</bpmn:subProcess>'.repeat(100_000)}`;

    expect((await refusal(model(deep)))[0]?.rule).toBe('nesting-too-deep');
  });

  it('reads 5,000 elements in under 3 s', async () => {
    const xml = chain(2500);

    expect(await elapsedMs(async () => expect((await readModel(xml)).kind).toBe('accepted'))).toBeLessThan(3000);
  });

  it.each([
    ['unknown elements', model('<bpmn:startEvent id="S"/>' + '<bpmn:bogus/>'.repeat(100_000))],
    ['text where none belongs', model('<bpmn:startEvent id="S"/>' + '<bpmn:task>text</bpmn:task>\n'.repeat(100_000))],
    ['tasks without work', chain(4500, 'serviceTask')],
    ['inclusive gateways', chain(4500, 'inclusiveGateway')],
    [
      'attributes',
      model(`<bpmn:startEvent id="S" ${Array.from({ length: 100_000 }, (_, index) => `a${index}="1"`).join(' ')}/>`),
    ],
    [
      'angle brackets in a script',
      model(
        `<bpmn:startEvent id="S"/><bpmn:scriptTask id="X"><bpmn:script>${'&lt;'.repeat(500_000)}</bpmn:script></bpmn:scriptTask>`,
      ),
    ],
    ['an attribute of spaces', model(`<bpmn:startEvent id="S" ${' '.repeat(1_000_000)}/>`)],
    [
      'a condition of brackets',
      model(`<bpmn:startEvent id="S"/><bpmn:exclusiveGateway id="X"/>${flow('f', 'S', 'X', '${' + '('.repeat(90_000) + '}')}`),
    ],
    [
      'a condition of negations',
      model(`<bpmn:startEvent id="S"/><bpmn:exclusiveGateway id="X"/>${flow('f', 'S', 'X', '${' + '!'.repeat(90_000) + 'a}')}`),
    ],
    [
      'FEEL in brackets',
      model(`<bpmn:startEvent id="S"/><bpmn:exclusiveGateway id="X"/>${flow('f', 'S', 'X', '=' + '('.repeat(20_000))}`),
    ],
    [
      'JavaScript in brackets',
      model(`<bpmn:startEvent id="S"/><bpmn:exclusiveGateway id="X"/>${flow('f', 'S', 'X', 'return ' + '['.repeat(90_000))}`),
    ],
  ])('never hangs on very many %s', async (_title, xml) => {
    expect(await elapsedMs(() => readModel(xml))).toBeLessThan(3000);
  });

  it('cannot reach prototypes by ids', async () => {
    const xml = model(
      `<bpmn:startEvent id="__proto__"/><bpmn:task id="constructor"/>${flow('toString', '__proto__', 'constructor')}`,
    );

    const result = await readModel(xml);

    if (result.kind !== 'accepted') throw new Error(JSON.stringify(result.errors));
    expect(result.processes[0]?.nodesById.get('__proto__')?.outgoing[0]?.target.id).toBe('constructor');
    expect(({} as Record<string, unknown>)['outgoing']).toBeUndefined();
  });
});
