import { describe, expect, it } from '@jest/globals';
import { around, compiled, extensions, flow, model, properties, refusals } from './model-text.js';
import type { CallActivityNode } from '../../src/engine/index.js';

const call = (content: string, attributes = 'calledElement="other"'): string =>
  around(`<bpmn:callActivity id="X" ${attributes}>${content}</bpmn:callActivity>`);
const policy = (attributes: string, inner = ''): string => `<reprise:retryPolicy ${attributes}>${inner}</reprise:retryPolicy>`;
const process = (content: string): string =>
  model(`${content}<bpmn:startEvent id="S"/><bpmn:endEvent id="E"/>${flow('f', 'S', 'E')}`);

async function read(xml: string): Promise<object> {
  const { nodesById } = await compiled(xml);
  const node = nodesById.get('X') as CallActivityNode;
  const { passesAll, returnsAll, resultVariable, inputs, outputs } = node;
  const targets = [inputs, outputs].map((mappings) => mappings.map(({ target }) => target).join());
  return {
    calls: node.calledProcess.evaluate({ kind: 'er' }),
    passesAll,
    returnsAll,
    resultVariable,
    in: targets[0],
    out: targets[1],
  };
}

const PLAIN = { calls: 'other', passesAll: true, returnsAll: false, resultVariable: 'lastSubprocessResult', in: '', out: '' };

describe('a call activity', () => {
  it.each([
    ['without any extension', call(''), PLAIN],
    [
      'of BankLingo',
      call(properties({ calledElement: 'oth${kind}', InputMapping: '{"a":"b"}', OutputMapping: '{"c":"d"}' }), ''),
      { ...PLAIN, passesAll: false, in: 'a', out: 'c' },
    ],
    ['of BankLingo with a result variable', call(properties({ ResultVariable: 'r' })), { ...PLAIN, resultVariable: 'r' }],
    [
      'of Camunda 8',
      call(extensions('<zeebe:calledElement processId="=&quot;oth&quot; + kind"/>'), ''),
      { ...PLAIN, returnsAll: true, resultVariable: null },
    ],
    [
      'of Camunda 8 that propagates nothing',
      call(
        extensions(
          '<zeebe:calledElement processId="other" propagateAllChildVariables="false" propagateAllParentVariables="false"/><zeebe:ioMapping><zeebe:input source="=1" target="a"/></zeebe:ioMapping>',
        ),
        '',
      ),
      { ...PLAIN, passesAll: false, resultVariable: null, in: 'a' },
    ],
    [
      'of Camunda 7',
      call(
        extensions(
          '<camunda:in source="b" target="a"/><camunda:in businessKey="#{execution.processBusinessKey}"/><camunda:out sourceExpression="${d}" target="c"/>',
        ),
        'calledElement="oth${kind}" camunda:calledElementBinding="latest"',
      ),
      { ...PLAIN, passesAll: false, resultVariable: null, in: 'a', out: 'c' },
    ],
    [
      'of Camunda 7 with all variables',
      call(extensions('<camunda:in variables="all"/><camunda:out variables="all"/>')),
      { ...PLAIN, returnsAll: true, resultVariable: null },
    ],
  ])('%s is read as it says', async (_, xml, expected) => {
    expect(await read(xml)).toEqual(expected);
  });

  it.each([
    ['that says two processes', call(properties({ calledElement: 'another' })), 'conflicting-settings X'],
    ['whose process cannot be understood', call('', 'calledElement="=a +"'), 'invalid-expression X'],
    [
      'of a fixed version',
      call(extensions('<zeebe:calledElement processId="p" bindingType="deployment"/>'), ''),
      'unsupported-extension X',
    ],
    [
      'of a fixed version of Camunda 7',
      call('', 'calledElement="p" camunda:calledElementVersion="1"'),
      'unsupported-extension X',
    ],
    ['of another binding', call('', 'calledElement="p" camunda:calledElementBinding="deployment"'), 'unsupported-extension X'],
    ['of a case', call('', 'camunda:caseRef="c"'), 'missing-called-element X, unsupported-extension X'],
    ['with a business key of its own', call(extensions('<camunda:in businessKey="${key}"/>')), 'unsupported-extension X'],
    ['with local variables only', call(extensions('<camunda:in variables="all" local="true"/>')), 'unsupported-extension X'],
    ['with a mapping without source', call(extensions('<camunda:in target="a"/>')), 'invalid-mapping X'],
    [
      'that returns all variables and some',
      call(extensions('<camunda:out variables="all"/><camunda:out source="a" target="b"/>')),
      'conflicting-settings X',
    ],
    ['with an inputOutput', call(extensions('<camunda:inputOutput/>')), 'unsupported-extension X'],
    ['for each of many', call('<bpmn:multiInstanceLoopCharacteristics/>'), 'unsupported-marker X'],
  ])('%s is refused', async (_, xml, expected) => {
    expect((await refusals(xml)).join(', ')).toBe(expected);
  });
});

describe('a retry policy for runs', () => {
  it("is read on a call activity and on a process, in our notation and in BankLingo's", async () => {
    const attempts = async (xml: string): Promise<unknown> => {
      const { retryPolicy, nodesById } = await compiled(xml);
      return retryPolicy?.maxAttempts ?? (nodesById.get('X') as CallActivityNode | undefined)?.retryPolicy?.maxAttempts;
    };
    expect(await attempts(call(extensions(policy('attempts="4"'))))).toBe(4);
    expect(await attempts(call(properties({ Retries: '2' })))).toBe(3);
    expect(await attempts(process(extensions(policy('attempts="5"'))))).toBe(5);
    expect(await attempts(process(properties({ Retries: '1' })))).toBe(2);
  });

  it.each([
    ['a ladder', policy('attempts="3"', '<reprise:ladder after="1" notify="x"/>')],
    ['a last resort', policy('attempts="3" onExhausted="skip"')],
    ['a rule to throw', policy('attempts="3"', '<reprise:rule errorCode="A" action="throw" bpmnError="B"/>')],
  ])('with %s is refused', async (_, content) => {
    expect(await refusals(call(extensions(content)))).toEqual(['unsupported-run-policy X']);
    expect(await refusals(process(extensions(content)))).toEqual(['unsupported-run-policy P']);
  });
});
