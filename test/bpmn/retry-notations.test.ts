import { readFileSync } from 'node:fs';
import { decideOnFailure, type FailedAttempt } from '../../src/engine/recovery/decide-on-failure.js';
import type { RetryPolicy } from '../../src/engine/index.js';
import { around, compiled, extensions, properties } from './model-text.js';

/** The last of the dice: what jitter leaves of a wait is all of it. */
const HIGHEST = 1 - Number.EPSILON;
const MIDDLE = 0.5;

interface Row {
  /** As in the guide's table, which has each of them. */
  readonly example: string;
  /** Null: without end, of which the first waits are shown. */
  readonly attempts: number | null;
  readonly waitsMs: readonly number[];
  readonly dice?: number;
  /** `UNKNOWN` unless it matters. */
  readonly errorClass?: FailedAttempt['errorClass'];
}

const seconds = (...values: number[]): number[] => values.map((value) => value * 1000);
const repeated = (value: number, times: number): number[] => Array.from({ length: times }, () => value);

const ROWS: readonly Row[] = [
  {
    example: '<reprise:retryPolicy/>',
    attempts: 20,
    waitsMs: [...seconds(1, 2, 4, 8, 16, 32, 64, 128, 256), ...repeated(300_000, 10)],
    dice: HIGHEST,
  },
  {
    example: '<reprise:retryPolicy attempts="5" initial="500ms" coefficient="3" maximum="PT10S" jitter="none"/>',
    attempts: 5,
    waitsMs: [500, 1500, 4500, 10_000],
  },
  { example: '<reprise:retryPolicy delays="1s, 2s, 5s, 10s, 30s"/>', attempts: 6, waitsMs: seconds(1, 2, 5, 10, 30) },
  { example: '<reprise:retryPolicy attempts="5" delays="1s, 1m"/>', attempts: 5, waitsMs: seconds(1, 60, 60, 60) },
  {
    example: '<reprise:retryPolicy attempts="unlimited" delays="10s" jitter="equal"/>',
    attempts: null,
    waitsMs: repeated(7500, 5),
    dice: MIDDLE,
  },
  { example: '<reprise:retryPolicy like="temporal"/>', attempts: null, waitsMs: seconds(1, 2, 4, 8, 16, 32, 64, 100, 100) },
  {
    example:
      '<reprise:retryPolicy like="temporal" initialInterval="1s" backoffCoefficient="2" maximumInterval="10m" maximumAttempts="5"/>',
    attempts: 5,
    waitsMs: seconds(1, 2, 4, 8),
  },
  { example: '<reprise:retryPolicy like="temporal" maximumAttempts="1"/>', attempts: 1, waitsMs: [] },
  {
    example: '<reprise:retryPolicy like="temporal" maximumAttempts="0" initialInterval="3s" backoffCoefficient="1"/>',
    attempts: null,
    waitsMs: seconds(3, 3, 3),
    errorClass: 'LOGIC_ERROR',
  },
  { example: '<reprise:retryPolicy like="coflux" retries="2"/>', attempts: 3, waitsMs: [0, 0], errorClass: 'LOGIC_ERROR' },
  { example: '<reprise:retryPolicy like="coflux" retries="(2, 300)"/>', attempts: 3, waitsMs: seconds(300, 300) },
  {
    example: '<reprise:retryPolicy like="coflux" retries="(5, 300, 600)"/>',
    attempts: 6,
    waitsMs: seconds(300, 375, 450, 525, 600),
  },
  {
    example: '<reprise:retryPolicy like="coflux" retries="unlimited"/>',
    attempts: null,
    waitsMs: repeated(30_500, 3),
    dice: MIDDLE,
  },
  {
    example: '<reprise:retryPolicy like="coflux" retries="true, 5, 15"/>',
    attempts: null,
    waitsMs: repeated(10_000, 3),
    dice: MIDDLE,
  },
  { example: '<reprise:retryPolicy like="mechanic"/>', attempts: 5, waitsMs: seconds(30, 76, 152, 308), dice: MIDDLE },
  { example: '<reprise:retryPolicy like="valohai"/>', attempts: 4, waitsMs: seconds(60, 60, 60) },
  { example: '<reprise:retryPolicy like="valohai" retries="1" delay="90"/>', attempts: 2, waitsMs: seconds(90) },
  {
    example: '<camunda:failedJobRetryTimeCycle>R5/PT10M</camunda:failedJobRetryTimeCycle>',
    attempts: 5,
    waitsMs: seconds(600, 600, 600, 600),
  },
  {
    example: '<camunda:failedJobRetryTimeCycle>PT1M,PT5M,PT1H</camunda:failedJobRetryTimeCycle>',
    attempts: 4,
    waitsMs: seconds(60, 300, 3600),
  },
  { example: '<zeebe:taskDefinition type="work" retries="3"/>', attempts: 3, waitsMs: [0, 0] },
  {
    example:
      '<zeebe:taskDefinition type="work" retries="3"/><zeebe:taskHeaders><zeebe:header key="retryBackoff" value="PT10S"/></zeebe:taskHeaders>',
    attempts: 3,
    waitsMs: seconds(10, 10),
  },
  { example: 'Retries=2', attempts: 3, waitsMs: seconds(1, 1) },
  { example: 'Retries=3, retryBackoff=500', attempts: 4, waitsMs: repeated(500, 3) },
];

function taskWith(example: string): string {
  if (!example.startsWith('<')) {
    const pairs = example.split(', ').map((pair) => pair.split('=') as [string, string]);
    const named = properties({ ConnectorKey: 'http', Endpoint: 'http://a', ...Object.fromEntries(pairs) });
    return around(`<bpmn:serviceTask id="X">${named}</bpmn:serviceTask>`);
  }
  const work = example.includes('zeebe:') ? '' : '<zeebe:taskDefinition type="work"/>';
  return around(`<bpmn:serviceTask id="X">${extensions(work + example)}</bpmn:serviceTask>`);
}

async function policyOf(example: string): Promise<RetryPolicy> {
  const node = (await compiled(taskWith(example))).nodesById.get('X');
  const policy = node && 'retryPolicy' in node ? node.retryPolicy : null;
  if (!policy) throw new Error(`Expected a policy of ${example}, but there is none`);
  return policy;
}

function failure(more: Partial<FailedAttempt>): FailedAttempt {
  return {
    kind: 'technical',
    code: 'E',
    message: 'failed',
    errorClass: 'UNKNOWN',
    status: null,
    details: null,
    attempt: 1,
    variables: {},
    nonRetryable: false,
    retryAfterMs: null,
    nextDelayMs: null,
    retriesLeft: null,
    attempts: 1,
    override: null,
    elapsedMs: 0,
    reschedules: 0,
    dice: 0,
    ...more,
  };
}

/** The waits until the policy gives up, at most `most` of them. */
function waitsOf(
  policy: RetryPolicy,
  most: number,
  more: Partial<FailedAttempt> = {},
): { waitsMs: number[]; end: string | null } {
  const waitsMs: number[] = [];
  while (waitsMs.length < most) {
    const attempts = waitsMs.length + 1;
    const decision = decideOnFailure(policy, failure({ attempt: attempts, attempts, ...more }));
    if (decision.action === 'resort') return { waitsMs, end: decision.resort.do };
    waitsMs.push(decision.delayMs);
  }
  return { waitsMs, end: null };
}

describe('a notation gives its attempts and waits', () => {
  it.each(ROWS)('$example', async ({ example, attempts, waitsMs, dice = 0, errorClass = 'UNKNOWN' }) => {
    const policy = await policyOf(example);

    const seen = waitsOf(policy, attempts === null ? waitsMs.length : 100, { dice, errorClass });

    expect(policy.maxAttempts).toBe(attempts);
    expect(seen.waitsMs).toEqual(waitsMs);
    expect(seen.end).toBe(attempts === null ? null : policy.onExhausted.do);
  });

  it("gives Coflux' example at its very times", async () => {
    const { waitsMs } = waitsOf(await policyOf('<reprise:retryPolicy like="coflux" retries="5, 300, 600"/>'), 100);

    const times = waitsMs.reduce((all, wait) => [...all, (all.at(-1) ?? 0) + wait / 1000], [0]);

    expect(times).toEqual([0, 300, 675, 1125, 1650, 2250]);
  });
});

describe('what a notation says of errors', () => {
  const decide = async (example: string, more: Partial<FailedAttempt>): Promise<string> => {
    const { action, reason } = decideOnFailure(await policyOf(example), failure(more));
    return `${action}: ${reason}`;
  };

  it.each([
    ['temporal', { errorClass: 'INVALID_DATA' }, 'retry: attempt 1 of any number failed'],
    ['mechanic', { errorClass: 'INVALID_DATA' }, 'resort: INVALID_DATA does not pass by itself'],
    ['mechanic', { errorClass: 'NETWORK_TIMEOUT' }, 'retry: attempt 1 of 5 failed'],
    ['valohai', { errorClass: 'LOGIC_ERROR' }, 'resort: LOGIC_ERROR does not pass by itself'],
    ['valohai', { errorClass: 'SERVICE_UNAVAILABLE' }, 'retry: attempt 1 of 4 failed'],
  ] as const)('%s after %j: %s', async (like, more, decision) => {
    expect(await decide(`<reprise:retryPolicy like="${like}"/>`, more)).toBe(decision);
  });

  it('fails at once what Temporal lists as not retryable', async () => {
    const example = '<reprise:retryPolicy like="temporal" nonRetryableErrorTypes="BadAccount, Bad*"/>';

    expect(await decide(example, { code: 'BadLuck' })).toBe('resort: nonRetryableErrorTypes: fail at once');
    expect(await decide(example, { code: 'Luck' })).toBe('retry: attempt 1 of any number failed');
  });

  it.each([
    ['E_*, RATE_LIMITED', { code: 'E_1' }, 'retry'],
    ['E_*, RATE_LIMITED', { errorClass: 'RATE_LIMITED' }, 'retry'],
    ['E_*, RATE_LIMITED', { code: 'F' }, 'resort'],
    ['=error.code = &quot;F&quot;', { code: 'F' }, 'retry'],
    ['=error.code = &quot;F&quot;', { code: 'G' }, 'resort'],
  ] as const)("Coflux' when %s after %j: %s", async (when, more, action) => {
    const policy = await policyOf(`<reprise:retryPolicy like="coflux" retries="2" when="${when}"/>`);

    expect(decideOnFailure(policy, failure(more)).action).toBe(action);
  });

  it('lets retryOn say otherwise', async () => {
    const policy = await policyOf('<reprise:retryPolicy like="valohai" retryOn="any"/>');

    expect(decideOnFailure(policy, failure({ errorClass: 'LOGIC_ERROR' })).action).toBe('retry');
  });

  it('spreads the waits of Mechanic by a tenth', async () => {
    const policy = await policyOf('<reprise:retryPolicy like="mechanic"/>');

    expect(waitsOf(policy, 100, { dice: 0 }).waitsMs).toEqual([27_000, 68_400, 136_800, 277_200]);
    expect(waitsOf(policy, 100, { dice: HIGHEST }).waitsMs).toEqual([33_000, 83_600, 167_200, 338_800]);
  });
});

describe('the table of the guide', () => {
  /** `1 h`, `1.5 s`, `500 ms`, `0`. */
  const inWords = (ms: number): string => (ms === 0 ? '0' : ms % 1000 === 0 || ms > 1000 ? `${ms / 1000} s` : `${ms} ms`);
  const documented = ({ attempts, waitsMs }: Row): string => {
    const same = waitsMs.length > 12 ? [...waitsMs.slice(0, 10).map(inWords), '...'] : waitsMs.map(inWords);
    const waits = [...same, ...(attempts === null ? ['...'] : [])].join(', ');
    return `${attempts ?? 'no end'} | ${waits || 'none'}`;
  };

  it('has the notations of this test, with their attempts and waits', () => {
    const guide = readFileSync('docs/guides/recovery.md', 'utf8');
    const rows = guide.split('\n').flatMap((line) => {
      const cells = line.split(' | ').map((cell) => cell.replace(/^\| | *\|$/g, '').trim());
      const example = /^`(.+)`$/.exec(cells[1] ?? '')?.[1];
      return example !== undefined && cells.length === 5 ? [`${example}: ${cells[3] ?? ''} | ${cells[4] ?? ''}`] : [];
    });

    expect(rows).toEqual(ROWS.map((row) => `${row.example}: ${documented(row)}`));
  });
});
