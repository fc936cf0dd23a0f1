import { beforeEach, describe, expect, it } from '@jest/globals';
import { openElements, type Effect, type ElementInstance, type StepResult } from '../../src/engine/index.js';
import { compiled, flow, model } from '../bpmn/model-text.js';
import { Drive } from './drive.js';

const DEAD = 'https://dead.example';
const POLICY =
  '<reprise:retryPolicy xmlns:reprise="http://reprise.dev/schema/bpmn/1.0" attempts="9" delays="PT1M"><reprise:ladder after="2"><reprise:set target="url" value="backup"/></reprise:ladder></reprise:retryPolicy>';
const task = (id: string): string =>
  `<bpmn:serviceTask id="${id}"><bpmn:extensionElements><custom:properties><custom:property name="ConnectorKey" value="credit"/></custom:properties>${POLICY}</bpmn:extensionElements></bpmn:serviceTask>`;
const tasks = model(`<bpmn:startEvent id="S"/>${task('A')}${task('B')}${flow('SA', 'S', 'A')}${flow('SB', 'S', 'B')}`);

let drive: Drive;

beforeEach(async () => {
  drive = new Drive(await compiled(tasks));
  const variables = { url: 'primary' };
  drive.apply({ type: 'start-process-instance', guid: 'g', variables, executionMode: 'Unsupervised', startEventId: null });
});

function visit(taskId: string): ElementInstance {
  const found = drive.state && openElements(drive.state).find(({ nodeId }) => nodeId === taskId);
  if (!found) throw new Error(`Expected '${taskId}' to be visited`);
  return found;
}

function effectsOf(result: StepResult): readonly Effect[] {
  if (result.kind !== 'accepted') throw new Error(result.message);
  return result.effects;
}

function fail(taskId: string, circuit = DEAD): readonly Effect[] {
  const { id: elementInstanceId, attempt } = visit(taskId);
  const failure = { code: 'HTTP_503', message: 'dead', bpmnError: false, details: null, variables: null };
  return effectsOf(drive.apply({ type: 'fail-attempt', elementInstanceId, attempt, ...failure, retry: { circuit } }));
}

function fire(taskId: string): readonly Effect[] {
  const { id: elementInstanceId, dueAt } = visit(taskId);
  drive.now = Math.max(drive.now, dueAt ?? 0);
  const timers = [{ kind: 'retry', elementInstanceId, timerNodeId: '' }] as const;
  return effectsOf(drive.apply({ type: 'fire-timers', timers, failure: null }));
}

function hold(taskId: string): readonly Effect[] {
  const { id: elementInstanceId, attempt, attemptStartedAt } = visit(taskId);
  const begunAt = attemptStartedAt ?? NaN;
  return effectsOf(drive.apply({ type: 'hold-attempt', elementInstanceId, attempt, begunAt, circuit: DEAD }));
}

const setUrl = (): readonly Effect[] =>
  effectsOf(drive.apply({ type: 'set-process-variables', variables: { url: 'corrected' }, expectedVersion: null }));

/** Of the retries that the step schedules: when, and what may hold them back before anybody looks where they go. */
const rows = (effects: readonly Effect[]): [dueAt: number, circuit: string | null, held: boolean][] =>
  effects.flatMap((effect) =>
    effect.type === 'schedule-timer' ? [[effect.dueAt, effect.circuit ?? null, effect.held ?? false]] : [],
  );

describe('a retry may be held back by the circuit of the attempt before', () => {
  it('as long as nothing has changed that says where it goes', () => {
    expect(rows(fail('A'))).toEqual([[drive.now + 60_000, DEAD, false]]);
  });

  it('not when the ladder has changed variables; one more failure, and its own circuit may', () => {
    fail('A');
    fire('A');

    expect(rows(fail('A'))).toEqual([[drive.now + 60_000, null, false]]);

    fire('A');
    expect(rows(fail('A', 'https://backup.example'))).toEqual([[drive.now + 60_000, 'https://backup.example', false]]);
  });

  it('not when the ladder of a neighbour has changed variables since', () => {
    fail('B');
    const { dueAt } = visit('B');
    fail('A');
    fire('A');

    expect(rows(fail('A'))).toEqual([
      [drive.now + 60_000, null, false],
      [dueAt, null, false],
    ]);
  });

  it('not when somebody has changed variables since, be it while the attempt ran', () => {
    fail('A');
    const { dueAt } = visit('A');

    expect(rows(setUrl())).toEqual([[dueAt, null, false]]);
    expect(rows(fail('B'))).toEqual([[drive.now + 60_000, null, false]]);
    expect(rows(setUrl())).toEqual([]);
  });

  it('also when somebody has changed variables, where the circuit is that of a task type', () => {
    fail('A', 'task:credit');

    expect(rows(setUrl())).toEqual([]);
    expect(rows(fail('B', 'task:credit'))).toEqual([[drive.now + 60_000, 'task:credit', false]]);
  });
});

describe('an attempt that is held back', () => {
  it('falls due at its time when somebody has changed variables', () => {
    const { now } = drive;
    expect(rows(hold('A'))).toEqual([[now, DEAD, true]]);

    expect(rows(setUrl())).toEqual([[now, null, false]]);
    fire('A');
    expect(visit('A')).toMatchObject({ status: 'executing', attempt: 1 });
  });

  it('is looked at again when somebody has changed variables in the moment before', () => {
    setUrl();

    expect(rows(hold('A'))).toEqual([[drive.now, null, false]]);
  });

  it('is kept for the resume when somebody has changed variables of a paused instance', () => {
    hold('A');
    drive.apply({ type: 'pause-process-instance', expectedVersion: null });
    fire('A');

    expect(rows(setUrl())).toEqual([]);
    drive.apply({ type: 'resume-process-instance', updatedVariables: null, expectedVersion: null });
    expect(visit('A')).toMatchObject({ status: 'executing', attempt: 1 });
  });
});
