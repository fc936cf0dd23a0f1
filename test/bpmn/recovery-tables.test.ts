import { readFileSync } from 'node:fs';
import { classifyError, isTransient } from '../../src/engine/recovery/classify-error.js';
import { delayOf } from '../../src/engine/recovery/delay-of.js';
import type { RetryPolicy } from '../../src/engine/index.js';
import { around, compiled, extensions, properties } from './model-text.js';

const guide = readFileSync('docs/guides/recovery.md', 'utf8');

/** The cells of the table under this heading, without its head. */
function tableOf(heading: string): string[][] {
  const section = guide.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| '));
  return rows.slice(2).map((row) => row.split('|').slice(1, -1).map((cell) => cell.trim())); // prettier-ignore
}

async function policyOf(task: string): Promise<RetryPolicy | null> {
  const node = (await compiled(around(task))).nodesById.get('X');
  return node && 'retryPolicy' in node ? node.retryPolicy : null;
}

const work = '<zeebe:taskDefinition type="work"/>';
const withPolicy = (policy: string, worker = work): string =>
  `<bpmn:serviceTask id="X">${extensions(worker + policy)}</bpmn:serviceTask>`;

/** Each row of the table, as a task. */
const TASKS: Readonly<Record<string, string>> = {
  none: withPolicy(''),
  '`retries="3"` of Camunda 8, no backoff': withPolicy('', '<zeebe:taskDefinition type="work" retries="3"/>'),
  '`Retries=3` of BankLingo': `<bpmn:serviceTask id="X">${properties({ ConnectorKey: 'work', Retries: '3' })}</bpmn:serviceTask>`,
  '`delays="1s, 2s, 5s, 10s, 30s"`': withPolicy('<reprise:retryPolicy delays="1s, 2s, 5s, 10s, 30s"/>'),
  Valohai: withPolicy('<reprise:retryPolicy like="valohai"/>'),
  Mechanic: withPolicy('<reprise:retryPolicy like="mechanic"/>'),
  'Coflux `(5, 300, 600)`': withPolicy('<reprise:retryPolicy like="coflux" retries="(5, 300, 600)"/>'),
  '`R5/PT10M` of Camunda 7': withPolicy(
    '<camunda:failedJobRetryTimeCycle>R5/PT10M</camunda:failedJobRetryTimeCycle>',
    '',
  ).replace('id="X"', 'id="X" camunda:type="external" camunda:topic="work"'),
  '`<reprise:retryPolicy/>`': withPolicy('<reprise:retryPolicy/>'),
  Temporal: withPolicy('<reprise:retryPolicy like="temporal"/>'),
};

/** All waits of the policy without its jitter, in ms; null: they have no end. */
function waitsOf(policy: RetryPolicy | null): number | null {
  if (policy?.maxAttempts === null) return null;
  let sum = 0;
  for (let retry = 1; retry < (policy?.maxAttempts ?? 1); retry++)
    if (policy && policy.curve.delays.kind !== 'random')
      sum += delayOf({ delays: policy.curve.delays, jitter: 'none' }, retry, 0);
  return sum;
}

/** `9 min 26 s`. */
function inWords(ms: number): string {
  const [minutes, seconds] = [Math.floor(ms / 60_000), (ms % 60_000) / 1_000];
  return [minutes > 0 ? `${minutes} min` : '', seconds > 0 ? `${seconds} s` : ''].filter((part) => part !== '').join(' ');
}

describe('the table of outages', () => {
  const rows = tableOf('How long it rides out an outage');

  it('has the policies of this test', () => expect(rows.map(([policy]) => policy)).toEqual(Object.keys(TASKS)));

  it.each(rows)('says of %s: %s, then %s', async (label, until = '', then = '') => {
    const policy = await policyOf(TASKS[label ?? ''] ?? '');

    const waits = waitsOf(policy);

    const expected = waits === null ? 'never' : waits === 0 ? 'at once' : inWords(waits);
    expect(until.replace(/^up to /, '').split(',')[0]).toBe(expected);
    expect(until.startsWith('up to ')).toBe(policy?.curve.jitter === 'full');
    if (policy?.budgetMs != null) expect(waits).toBeLessThanOrEqual(policy.budgetMs);
    if (waits !== null) expect(then.startsWith('parked') ? 'park' : 'error').toBe(policy?.onExhausted.do ?? 'error');
  });
});

describe('the table of classes', () => {
  it.each(tableOf('The class of a failure'))('says of %s: %s, %s, retried: %s', (name, codes = '', words = '', retried) => {
    const errorClass = name?.replaceAll('`', '');
    const statuses = codes.match(/\b[45](?:\d\d|xx)\b/g) ?? [];
    for (const status of statuses) {
      const number = Number(status.replace('xx', '00'));
      expect([status, classifyError(`HTTP_${number}`, '', number)]).toEqual([status, errorClass]);
    }
    for (const [, code = ''] of codes.matchAll(/`([A-Z_]+)`/g))
      expect([code, classifyError(code, '', null)]).toEqual([code, errorClass]);
    for (const word of words.split(', ').filter((each) => each !== ''))
      expect([word, classifyError('E', `it says ${word} here`, null)]).toEqual([word, errorClass]);
    expect(retried).toBe(isTransient(errorClass as Parameters<typeof isTransient>[0]) ? 'yes' : 'no');
  });
});
