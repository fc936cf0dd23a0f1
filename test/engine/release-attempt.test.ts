import { describe, expect, it } from '@jest/globals';
import { openElements, type Effect, type HoldAttempt, type ReleaseAttempt, type TimerKey } from '../../src/engine/index.js';
import { compiled, flow, model } from '../bpmn/model-text.js';
import { Drive } from './drive.js';

const task = (id: string): string =>
  `<bpmn:serviceTask id="${id}"><bpmn:extensionElements><custom:properties><custom:property name="ConnectorKey" value="credit"/></custom:properties></bpmn:extensionElements></bpmn:serviceTask>`;
const tasks = model(`<bpmn:startEvent id="S"/>${task('A')}${task('B')}${flow('SA', 'S', 'A')}${flow('SB', 'S', 'B')}`);

async function executing(): Promise<Drive> {
  const drive = new Drive(await compiled(tasks));
  drive.apply({ type: 'start-process-instance', guid: 'g', variables: {}, executionMode: 'Unsupervised', startEventId: null });
  return drive;
}

/** What the node that holds the attempt of this task says of it. */
function attemptOf(drive: Drive, taskId: string): Pick<ReleaseAttempt, 'elementInstanceId' | 'attempt' | 'begunAt'> {
  const visit = drive.state && openElements(drive.state).find(({ nodeId }) => nodeId === taskId);
  if (!visit) throw new Error(`Expected '${taskId}' to be visited`);
  return { elementInstanceId: visit.id, attempt: visit.attempt, begunAt: visit.attemptStartedAt ?? NaN };
}

/** Gives the attempt of this task back; gives what becomes of it. */
function release(drive: Drive, taskId: string, delayMs?: number): readonly Effect[] {
  const result = drive.apply({
    type: 'release-attempt',
    ...attemptOf(drive, taskId),
    ...(delayMs !== undefined && { delayMs }),
  });
  if (result.kind !== 'accepted') throw new Error(result.message);
  return result.effects;
}

const dueTimes = (effects: readonly Effect[]): number[] =>
  effects.flatMap((effect) => (effect.type === 'schedule-timer' ? [effect.dueAt] : []));

describe('an attempt that is given back', () => {
  it('goes on at once', async () => {
    const drive = await executing();

    expect(dueTimes(release(drive, 'A'))).toEqual([drive.now]);
  });

  it('goes on later where its node says so, with the same number', async () => {
    const drive = await executing();
    const [dueAt = NaN] = dueTimes(release(drive, 'A', 5_000));
    expect(dueAt).toBe(drive.now + 5_000);

    drive.now = dueAt;
    const timers = [{ kind: 'continue', elementInstanceId: 0, timerNodeId: '' }] as const;
    const result = drive.apply({ type: 'fire-timers', timers, failure: null });

    expect(result).toMatchObject({ kind: 'accepted' });
    expect(drive.state && openElements(drive.state).map(({ nodeId, status, attempt }) => [nodeId, status, attempt])).toEqual([
      ['A', 'executing', 1],
      ['B', 'executing', 1],
    ]);
  });

  it('goes on with the first that goes on, when another one of its instance is given back too', async () => {
    const drive = await executing();
    release(drive, 'A', 60_000);

    expect(dueTimes(release(drive, 'B', 5_000))).toEqual([drive.now + 5_000]);
  });

  it('goes on with another one that went back for a longer time', async () => {
    const drive = await executing();
    release(drive, 'A', 5_000);

    expect(dueTimes(release(drive, 'B', 60_000))).toEqual([drive.now + 5_000]);
  });
});

type GivenBack = Pick<HoldAttempt, 'elementInstanceId' | 'attempt' | 'begunAt'>;
const rowOf = (elementInstanceId: number): TimerKey => ({ kind: 'retry', elementInstanceId, timerNodeId: '', probe: true });
const goesOn: TimerKey = { kind: 'continue', elementInstanceId: 0, timerNodeId: '' };

describe.each([
  ['given back', (of: GivenBack): ReleaseAttempt => ({ type: 'release-attempt', ...of }), () => goesOn],
  [
    'held back',
    (of: GivenBack): HoldAttempt => ({ type: 'hold-attempt', ...of, circuit: 'https://bureau' }),
    ({ elementInstanceId }: GivenBack) => rowOf(elementInstanceId),
  ],
])('an attempt that is %s', (_, commandOf, timerOf) => {
  it.each([
    ['another node', 2],
    ['the same node', 1],
  ])('is left alone when its node says so again after %s has begun it', async (_, next) => {
    const drive = await executing();
    const command = commandOf(attemptOf(drive, 'A'));
    expect(drive.apply(command)).toMatchObject({ kind: 'accepted' });
    drive.now += 1_000;
    drive.node = next;
    expect(drive.apply({ type: 'fire-timers', timers: [timerOf(command)], failure: null })).toMatchObject({ kind: 'accepted' });
    expect(attemptOf(drive, 'A')).toMatchObject({ attempt: 1, begunAt: drive.now });
    drive.node = 1;

    const again = drive.apply(command);

    expect(again).toMatchObject({ kind: 'rejected', code: 'STALE_ATTEMPT' });
    drive.node = next;
    expect(drive.apply({ type: 'complete-attempt', ...attemptOf(drive, 'A'), result: null, variables: null })).toMatchObject({
      kind: 'accepted',
    });
  });
});
