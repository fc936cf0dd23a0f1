import { describe, expect, it } from '@jest/globals';
import { openElements, type Command, type StepResult, type TimerKey } from '../../src/engine/index.js';
import { compiled, flow, model } from '../bpmn/model-text.js';
import { Drive } from './drive.js';

const HOUR = '<bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition>';
const clock = (id: string): string => `<bpmn:intermediateCatchEvent id="${id}">${HOUR}</bpmn:intermediateCatchEvent>`;

/** Two clocks side by side, and a third in a sub-process that a boundary clock ends. */
const clocks = model(`<bpmn:startEvent id="S"/>${clock('A')}${clock('B')}${flow('SA', 'S', 'A')}${flow('SB', 'S', 'B')}
<bpmn:subProcess id="Sub"><bpmn:startEvent id="SubS"/>${clock('C')}${flow('SubSC', 'SubS', 'C')}</bpmn:subProcess>${flow('SSub', 'S', 'Sub')}
<bpmn:boundaryEvent id="Late" attachedToRef="Sub">${HOUR}</bpmn:boundaryEvent>
<bpmn:endEvent id="AfterSub"/><bpmn:endEvent id="AfterLate"/>${flow('toSub', 'Sub', 'AfterSub')}${flow('toLate', 'Late', 'AfterLate')}`);

const start: Command = {
  type: 'start-process-instance',
  guid: 'g',
  variables: {},
  executionMode: 'Unsupervised',
  startEventId: null,
};
const STALE: TimerKey = { kind: 'timer', elementInstanceId: 999, timerNodeId: '' };

function skip(taskId: string): Command {
  return { type: 'skip-failed-task', taskId, outputs: null, toActivityId: null, expectedVersion: null };
}

async function waiting(): Promise<Drive> {
  const drive = new Drive(await compiled(clocks));
  drive.apply(start);
  drive.now += 3_600_000;
  return drive;
}

/** The timers in the order of these nodes: of events, or of boundary events. */
function timersOf(drive: Drive, ...nodes: readonly string[]): TimerKey[] {
  const all = [...drive.outside.timers.values()];
  return nodes.flatMap((node) => {
    const id = drive.state ? openElements(drive.state).find(({ nodeId }) => nodeId === node)?.id : undefined;
    const found = all.find((timer) => timer.timerNodeId === node || (timer.timerNodeId === '' && timer.elementInstanceId === id));
    return found ? [{ kind: found.kind, elementInstanceId: found.elementInstanceId, timerNodeId: found.timerNodeId }] : [];
  });
}

/** The nodes that tokens have passed in this step. */
function reached(result: StepResult): string[] {
  if (result.kind !== 'accepted') throw new Error(result.message);
  return result.effects.flatMap((effect) => (effect.type === 'record-activity' ? [effect.nodeId] : []));
}

function open(drive: Drive): string[] {
  return drive.state ? openElements(drive.state).map(({ nodeId }) => nodeId) : [];
}

describe('timers that fell due together', () => {
  it('fire in one step, and a stale one among them takes its row with it', async () => {
    const drive = await waiting();

    const result = drive.apply({
      type: 'fire-timers',
      failure: null,
      timers: [...timersOf(drive, 'A'), STALE, ...timersOf(drive, 'B')],
    });

    expect(open(drive)).toEqual(['Sub', 'C']);
    expect(result).toMatchObject({
      effects: expect.arrayContaining([{ type: 'cancel-timer', elementInstanceId: 999, timerNodeId: '' }]),
    });
  });

  it.each([
    { order: ['Late', 'C'], ended: 'AfterLate', what: 'the boundary event first: it interrupts the other' },
    { order: ['C', 'Late'], ended: 'AfterSub', what: 'the event first: nothing is left to interrupt' },
  ])('fire in their order, $what', async ({ order, ended }) => {
    const drive = await waiting();

    const result = drive.apply({ type: 'fire-timers', failure: null, timers: timersOf(drive, ...order) });

    expect(open(drive)).toEqual(['A', 'B']);
    expect(reached(result)).toContain(ended);
    expect([...drive.outside.timers.values()].map(({ kind }) => kind)).toEqual(['timer', 'timer']);
  });

  it('stay where they are not due yet, and fire with the others when they are', async () => {
    const drive = await waiting();
    drive.now -= 1;

    expect(drive.apply({ type: 'fire-timers', failure: null, timers: timersOf(drive, 'A') })).toMatchObject({
      code: 'NOT_YET_DUE',
    });
    expect(open(drive)).toContain('A');
    expect(timersOf(drive, 'A')).toHaveLength(1);
  });

  it.each([
    { timer: 'A', stands: 'A', gone: 'none' },
    { timer: 'Late', stands: 'Late', gone: 'Sub' },
  ])('leave an incident at $stands where what follows cannot be stored', async ({ timer, stands, gone }) => {
    const drive = await waiting();

    drive.apply({ type: 'fire-timers', failure: { code: 'TOO_MUCH', message: 'No room' }, timers: timersOf(drive, timer) });

    expect(drive.state?.status).toBe('error');
    expect([...drive.outside.incidents.values()]).toEqual(['TOO_MUCH']);
    expect(open(drive)).toContain(stands);
    expect(open(drive)).not.toContain(gone);
    drive.apply(skip(stands));
    expect(open(drive)).not.toContain(stands);
  });

  it('are refused where the instance waits for none of them', async () => {
    const drive = await waiting();
    const before = drive.state;

    expect(drive.apply({ type: 'fire-timers', failure: null, timers: [STALE] })).toMatchObject({
      kind: 'rejected',
      code: 'NOTHING_DUE',
    });
    expect(drive.state).toBe(before);
  });

  it('are kept, each once, while the instance is paused', async () => {
    const drive = await waiting();
    drive.apply({ type: 'pause-process-instance', expectedVersion: null });

    drive.apply({ type: 'fire-timers', failure: null, timers: timersOf(drive, 'A', 'B') });
    expect(open(drive)).toEqual(['A', 'B', 'Sub', 'C']);

    drive.apply({ type: 'resume-process-instance', updatedVariables: null, expectedVersion: null });
    expect(open(drive)).toEqual(['Sub', 'C']);
  });
});
