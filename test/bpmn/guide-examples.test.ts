import { readFileSync } from 'node:fs';
import { accepted, around, extensions, model } from './model-text.js';

const guide = readFileSync('docs/guides/recovery.md', 'utf8');
const blocks = [...guide.matchAll(/^```xml\n([^]*?)^```$/gm)].map(([, text = '']) => text);
const json = [...guide.matchAll(/`(\{ "attempts"[^`]*\})`/g)].map(([, text = '']) => text.replace(/\s+/g, ' '));

/** A block of the guide as a whole model: a process, a task, or what stands in a task. */
function asModel(block: string): string {
  if (block.startsWith('<bpmn:process')) return model('').replace(/<bpmn:process[^]*<\/bpmn:process>/, () => block);
  if (!block.startsWith('<reprise:')) return around(block.replace(/ id="\w+"/, ' id="X"'));
  return around(`<bpmn:serviceTask id="X">${extensions(`<zeebe:taskDefinition type="work"/>${block}`)}</bpmn:serviceTask>`);
}

describe('the guide to calling processes', () => {
  const calling = readFileSync('docs/guides/calling-processes.md', 'utf8');
  const models = [...calling.matchAll(/^```xml\n([^]*?)^```$/gm)].map(([, text = '']) => text);

  it('has examples', () => expect(models).toHaveLength(2));

  it.each(models)('has an example that is deployed without a word: %s', async (block) => {
    const { warnings } = await accepted(asModel(block));

    expect(warnings).toEqual([]);
  });
});

describe('the guide to recovery', () => {
  it('has examples', () => {
    expect(blocks).toHaveLength(5);
    expect(json).toHaveLength(1);
  });

  it.each(blocks)('has an example that is deployed without a word: %s', async (block) => {
    const { processes, warnings } = await accepted(asModel(block));

    expect(warnings).toEqual([]);
    expect(processes).toHaveLength(1);
  });

  it.each(json)("has an example for BankLingo's that is deployed: %s", async (text) => {
    const property = `<custom:property name="RetryPolicy" value="${text.replaceAll('"', '&quot;')}"/>`;
    const task = `<custom:properties><custom:property name="Endpoint" value="http://a"/>${property}</custom:properties>`;

    await accepted(around(`<bpmn:serviceTask id="X">${extensions(task)}</bpmn:serviceTask>`));
  });
});
