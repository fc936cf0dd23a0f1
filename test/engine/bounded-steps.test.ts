import { compiled, flow, model } from '../bpmn/model-text.js';
import { openElements, step, type InstanceState, type ProcessDefinition, type ScheduleTimer } from '../../src/engine/index.js';
import { Drive, EVERY_TYPE } from './drive.js';

const LOOP = `<bpmn:exclusiveGateway id="M"/><bpmn:task id="T"/><bpmn:exclusiveGateway id="G" default="GM"/>
${flow('MT', 'M', 'T')}${flow('TG', 'T', 'G')}${flow('GM', 'G', 'M')}`;
const endless = model(
  `<bpmn:startEvent id="S"/>${LOOP}${flow('SM', 'S', 'M')}<bpmn:endEvent id="E"/>${flow('GE', 'G', 'E', '=enough')}`,
);

/** A user task waits beside the loop, which is in a sub-process. */
const besideAWait =
  model(`<bpmn:startEvent id="S"/><bpmn:userTask id="U"/><bpmn:subProcess id="Sub"><bpmn:startEvent id="PS"/>${LOOP}
<bpmn:endEvent id="PE"/>${flow('PSM', 'PS', 'M')}${flow('GE', 'G', 'PE', '=enough')}</bpmn:subProcess>${flow('SU', 'S', 'U')}${flow('SSub', 'S', 'Sub')}`);

/** A split into many branches, each of a task and an end. */
function wide(branches: number, task: string): string {
  const parts = Array.from({ length: branches }, (_, i) => `<bpmn:${task} id="T${i}"/>${flow(`f${i}`, 'F', `T${i}`)}`);
  return model(`<bpmn:startEvent id="S"/><bpmn:parallelGateway id="F"/>${flow('f', 'S', 'F')}${parts.join('')}`);
}

/** Each passage of G makes `factor` tokens of one, until `enough` is true. */
function multiplying(factor: number): string {
  return model(`<bpmn:startEvent id="S"/>${flood('', factor)}${flow('SM', 'S', 'M')}`);
}

function flood(suffix: string, factor: number): string {
  const [merge, split, end] = [`M${suffix}`, `G${suffix}`, `E${suffix}`];
  const back = Array.from({ length: factor }, (_, i) => flow(`${split}${i}`, split, merge));
  return `<bpmn:exclusiveGateway id="${merge}" default="${merge}d"/><bpmn:parallelGateway id="${split}"/><bpmn:endEvent id="${end}"/>
${flow(`${merge}d`, merge, split)}${flow(`${merge}e`, merge, end, '=enough')}${back.join('')}`;
}

/** Two sub-processes that flood side by side, each with a timer that ends it. */
const twoFloods = model(
  ['A', 'B']
    .map(
      (
        side,
      ) => `<bpmn:subProcess id="${side}"><bpmn:startEvent id="S${side}"/>${flood(side, 2)}${flow(`f${side}`, `S${side}`, `M${side}`)}</bpmn:subProcess>
<bpmn:boundaryEvent id="T${side}" attachedToRef="${side}"><bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>
${flow(`to${side}`, 'S', side)}`,
    )
    .join('') + '<bpmn:startEvent id="S"/>',
);

function boundaryTimerOf(drive: Drive, scopeId: number): Pick<ScheduleTimer, 'kind' | 'elementInstanceId' | 'timerNodeId'> {
  const found = [...drive.outside.timers.values()].find((each) => each.elementInstanceId === scopeId);
  if (!found) throw new Error(`Expected a boundary timer of ${scopeId}`);
  const { kind, elementInstanceId, timerNodeId } = found;
  return { kind, elementInstanceId, timerNodeId };
}

const retry = {
  type: 'retry-failed-task',
  taskId: null,
  updatedVariables: null,
  keepVariables: 'always',
  attempts: 'keep',
  expectedVersion: null,
  correlationId: null,
} as const;
const skip = { type: 'skip-failed-task', taskId: null, outputs: null, toActivityId: null, expectedVersion: null } as const;

function started(definition: ProcessDefinition, thorough = true): Drive {
  const drive = new Drive(definition, thorough);
  drive.apply({ type: 'start-process-instance', guid: 'g', variables: {}, executionMode: 'Unsupervised', startEventId: null });
  return drive;
}

/** Fires `continue` rows until there are none. @returns how many */
function goOn(drive: Drive, most = 100): number {
  for (let count = 0; ; count++) {
    const next = [...drive.outside.timers.values()].find(({ kind }) => kind === 'continue');
    if (!next || count >= most) return count;
    drive.apply({
      type: 'fire-timers',
      failure: null,
      timers: [{ kind: 'continue', elementInstanceId: next.elementInstanceId, timerNodeId: '' }],
    });
  }
}

describe('a step', () => {
  it.each([
    ['alone', endless],
    ['in a sub-process, beside a branch that waits', besideAWait],
  ])('is bounded, and a cycle without a wait becomes an incident: %s', async (_title, xml) => {
    const drive = started(await compiled(xml));

    expect(drive.state?.status).not.toBe('error');
    expect(goOn(drive)).toBe(10);

    expect(drive.state?.status).toBe('error');
    expect(drive.outside.incidents.size).toBe(1);
    expect([...drive.outside.incidents.values()]).toEqual(['STEP_LIMIT']);
    expect(drive.outside.timers.size).toBe(0);
  });

  it('lets a loop that was repaired go on to its end', async () => {
    const drive = started(await compiled(endless));
    goOn(drive);

    drive.apply({ ...retry, updatedVariables: { enough: true } });

    expect(drive.state?.status).toBe('completed');
  });

  it('goes on with everything that it put off in one continuation', async () => {
    const drive = started(await compiled(wide(2100, 'userTask')));
    expect(drive.state?.status).toBe('waiting');
    expect(drive.outside.timers.size).toBe(1);

    expect(goOn(drive)).toBe(2);

    expect(drive.state && openElements(drive.state).every(({ status }) => status === 'waiting')).toBe(true);
    expect(drive.state && openElements(drive.state).length).toBe(2100);
  });

  it('puts off again what was held back by a pause and does not fit', async () => {
    const drive = started(await compiled(wide(2020, 'userTask')));
    drive.apply({ type: 'pause-process-instance', expectedVersion: null });
    goOn(drive, 3);
    drive.apply({ type: 'resume-process-instance', updatedVariables: null, expectedVersion: null });

    goOn(drive);

    expect(drive.state && openElements(drive.state).every(({ status }) => status === 'waiting')).toBe(true);
  });

  it('puts all tokens of a loop that multiplies them under one incident, and they go on when it is repaired', async () => {
    const drive = started(await compiled(multiplying(2)), false);

    expect(goOn(drive)).toBe(10);

    expect(drive.state?.status).toBe('error');
    expect([...drive.outside.incidents.values()]).toEqual(['STEP_LIMIT']);
    expect(drive.outside.timers.size).toBe(0);
    expect(drive.state && openElements(drive.state).length).toBeLessThan(10_000);
    for (let retries = 0; drive.state?.status === 'error' && retries < 5; retries++) {
      drive.apply({ ...retry, updatedVariables: { enough: true } });
      goOn(drive);
    }
    expect(drive.state?.status).toBe('completed');
  });

  it('never lets an instance have more than 10,000 tokens: the element that would make them fails, the others are held', async () => {
    const drive = started(await compiled(multiplying(300)), false);

    expect(goOn(drive)).toBe(0);

    expect([...drive.outside.incidents.values()]).toEqual(['TOO_MANY_TOKENS']);
    expect(drive.state && openElements(drive.state).length).toBeLessThanOrEqual(10_000);
    drive.apply({ ...retry, updatedVariables: { enough: true } });
    expect([...drive.outside.incidents.values()]).toEqual(['TOO_MANY_TOKENS']);
    drive.apply({ ...skip, toActivityId: 'M' });
    expect(goOn(drive)).toBe(1);
    expect([...drive.outside.incidents.values()]).toEqual(['TOO_MANY_TOKENS']);
    drive.apply({ type: 'cancel-process-instance', mode: 'graceful', expectedVersion: null });
    expect(drive.outside.timers.size).toBe(0);
  });

  it('goes on by a row that stands for one visit, as it was once written', async () => {
    const drive = started(await compiled(wide(1100, 'userTask')));
    const held = drive.state && openElements(drive.state).find(({ status }) => status === 'ready');

    drive.apply({
      type: 'fire-timers',
      failure: null,
      timers: [{ kind: 'continue', elementInstanceId: held?.id ?? 0, timerNodeId: '' }],
    });

    expect(drive.state && openElements(drive.state).every(({ status }) => status === 'waiting')).toBe(true);
    expect(drive.outside.timers.size).toBe(0);
  });

  it('reports what is held again when the branch that was reported is ended', async () => {
    const drive = started(await compiled(twoFloods), false);
    goOn(drive);
    const reported = drive.state && openElements(drive.state).find(({ status }) => status === 'failed');

    drive.apply({ type: 'fire-timers', failure: null, timers: [boundaryTimerOf(drive, reported?.scopeId ?? 0)] });

    expect([...drive.outside.incidents.values()]).toEqual(['STEP_LIMIT']);
    expect(drive.state?.status).toBe('error');
  });

  it('takes back the continuations of what is cancelled', async () => {
    const drive = started(await compiled(wide(1500, 'userTask')));

    drive.apply({ type: 'cancel-process-instance', mode: 'graceful', expectedVersion: null });

    expect(drive.outside.timers.size).toBe(0);
  });

  it('costs about as much for each of 4,800 open elements as for each of 1,000', async () => {
    const [small, large] = [
      openUserTasks(await compiled(wide(1000, 'userTask'))),
      openUserTasks(await compiled(wide(4800, 'userTask'))),
    ];

    const perElement = (open: ReturnType<typeof openUserTasks>, count: number): number =>
      Math.min(...Array.from({ length: 12 }, () => elapsedMs(() => cancel(open)))) / count;

    perElement(small, 1000);
    expect(perElement(large, 4800)).toBeLessThan(4 * perElement(small, 1000) + 0.005);
  });
});

function openUserTasks(definition: ProcessDefinition): { definition: ProcessDefinition; state: InstanceState } {
  const context = { now: 0, node: 1, connectors: EVERY_TYPE };
  const start = {
    type: 'start-process-instance',
    guid: 'g',
    variables: {},
    executionMode: 'Unsupervised',
    startEventId: null,
  } as const;
  let result = step(definition, null, start, context);
  for (;;) {
    if (result.kind !== 'accepted') throw new Error(result.message);
    const { state } = result;
    const held = openElements(state).find(({ status }) => status === 'ready');
    if (!held) return { definition, state };
    result = step(
      definition,
      state,
      { type: 'fire-timers', failure: null, timers: [{ kind: 'continue', elementInstanceId: 0, timerNodeId: '' }] },
      context,
    );
  }
}

function cancel({ definition, state }: ReturnType<typeof openUserTasks>): void {
  const result = step(
    definition,
    state,
    { type: 'cancel-process-instance', mode: 'graceful', expectedVersion: null },
    { now: 1, node: 1, connectors: EVERY_TYPE },
  );
  expect(result.kind).toBe('accepted');
}

function elapsedMs(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}
