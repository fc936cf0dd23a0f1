import { compiled, flow, model } from '../bpmn/model-text.js';
import { step, type Command, type InstanceState, type ProcessDefinition, type StepResult } from '../../src/engine/index.js';
import { EVERY_TYPE } from './drive.js';

const worker = '<bpmn:extensionElements><zeebe:taskDefinition type="work"/></bpmn:extensionElements>';
const xml =
  model(`<bpmn:startEvent id="S"/><bpmn:parallelGateway id="F"/><bpmn:serviceTask id="A">${worker}</bpmn:serviceTask><bpmn:userTask id="U"/>
${flow('SF', 'S', 'F')}${flow('FA', 'F', 'A')}${flow('AU', 'A', 'U')}`);

type StateName = 'running' | 'waiting' | 'error' | 'paused' | 'completed' | 'cancelled';
const STATES: readonly StateName[] = ['running', 'waiting', 'error', 'paused', 'completed', 'cancelled'];
const version = { expectedVersion: null };
const COMMANDS = {
  signal: {
    type: 'signal-process-instance',
    taskId: null,
    elementInstanceId: null,
    payload: {},
    action: null,
    failure: null,
    ...version,
  },
  retry: {
    type: 'retry-failed-task',
    taskId: null,
    updatedVariables: null,
    keepVariables: 'always',
    attempts: 'keep',
    correlationId: null,
    ...version,
  },
  skip: { type: 'skip-failed-task', taskId: null, outputs: null, toActivityId: null, ...version },
  cancel: { type: 'cancel-process-instance', mode: 'graceful', ...version },
  pause: { type: 'pause-process-instance', ...version },
  resume: { type: 'resume-process-instance', updatedVariables: null, ...version },
  set: { type: 'set-process-variables', variables: { x: 1 }, ...version },
  step: { type: 'step-forward' },
} as const satisfies Record<string, Command>;

/** CONTRACT section 2: the state after each command, or `-` where it is refused. In `error` nobody waits for a signal here. */
const TABLE: Readonly<Record<StateName, Readonly<Record<keyof typeof COMMANDS, string>>>> = {
  running: { signal: '-', retry: '-', skip: '-', cancel: 'cancelled', pause: 'paused', resume: '-', set: 'running', step: '-' },
  waiting: {
    signal: 'completed',
    retry: '-',
    skip: '-',
    cancel: 'cancelled',
    pause: 'paused',
    resume: '-',
    set: 'waiting',
    step: '-',
  },
  error: {
    signal: '-',
    retry: 'running',
    skip: 'waiting',
    cancel: 'cancelled',
    pause: 'paused',
    resume: '-',
    set: 'error',
    step: '-',
  },
  paused: { signal: '-', retry: '-', skip: '-', cancel: 'cancelled', pause: '-', resume: 'running', set: 'paused', step: '-' },
  completed: { signal: '-', retry: '-', skip: '-', cancel: '-', pause: '-', resume: '-', set: '-', step: '-' },
  cancelled: { signal: '-', retry: '-', skip: '-', cancel: '-', pause: '-', resume: '-', set: '-', step: '-' },
};

describe('the life of an instance', () => {
  let definition: ProcessDefinition;
  let states: Readonly<Record<StateName, InstanceState>>;

  beforeAll(async () => {
    definition = await compiled(xml);
    const running = after(definition, null, {
      type: 'start-process-instance',
      guid: 'g',
      variables: {},
      executionMode: 'Unsupervised',
      startEventId: null,
    });
    const attempt = { elementInstanceId: 3, attempt: 1, variables: null };
    const waiting = after(definition, running, { type: 'complete-attempt', result: null, ...attempt });
    states = {
      running,
      waiting,
      error: after(definition, running, {
        type: 'fail-attempt',
        code: 'X',
        message: 'm',
        bpmnError: false,
        details: null,
        ...attempt,
      }),
      paused: after(definition, running, COMMANDS.pause),
      completed: after(definition, waiting, COMMANDS.signal),
      cancelled: after(definition, running, COMMANDS.cancel),
    };
  });

  it('has instances in each state', () => {
    expect(STATES.map((name) => states[name].status)).toEqual(STATES);
  });

  it.each(
    STATES.flatMap((name) =>
      Object.entries(TABLE[name]).map(([command, expected]) => [name, command as keyof typeof COMMANDS, expected] as const),
    ),
  )('from %s by %s: %s', (name, command, expected) => {
    const result = apply(definition, states[name], COMMANDS[command]);

    expect(result.kind === 'accepted' ? result.state.status : '-').toBe(expected);
    if (result.kind === 'rejected') expect(result.data['currentStatus']).toBe(name);
  });

  it.each(['retry', 'skip'] as const)('refuses to %s outside of an error in the words of the contract', (command) => {
    const result = apply(definition, states.running, COMMANDS[command]);

    expect(result).toEqual({
      kind: 'rejected',
      code: 'INVALID_STATE',
      message: 'Process instance is not in error state. Current state: running',
      data: { currentStatus: 'running' },
    });
  });

  it.each(Object.keys(COMMANDS) as (keyof typeof COMMANDS)[])(
    'refuses %s for a version that has gone, if it takes one',
    (command) => {
      const wanted = COMMANDS[command];
      if (!('expectedVersion' in wanted)) return expect(command).toBe('step');
      const state = STATES.map((name) => states[name]).find((each) => apply(definition, each, wanted).kind === 'accepted');
      if (!state) throw new Error(`Expected some state to allow ${command}`);

      const stale = apply(definition, state, { ...wanted, expectedVersion: state.version + 1 });
      const fresh = apply(definition, state, { ...wanted, expectedVersion: state.version });

      expect(stale).toMatchObject({
        kind: 'rejected',
        code: 'STALE_VERSION',
        data: { currentVersion: state.version, currentStatus: state.status },
      });
      expect(fresh.kind).toBe('accepted');
    },
  );

  it.each(['retry', 'skip'] as const)('decides to %s on this very failure, if one is named', (command) => {
    const decide = (elementInstanceId: number, attempt: number): StepResult =>
      apply(definition, states.error, { ...COMMANDS[command], failure: { elementInstanceId, attempt } });

    expect(decide(3, 1).kind).toBe('accepted');
    expect(decide(3, 2)).toMatchObject({ code: 'FAILURE_SETTLED', data: { failedTasks: ['A'], currentStatus: 'error' } });
    expect(decide(4, 1)).toMatchObject({ code: 'FAILURE_SETTLED', data: { failedTasks: ['A'], currentStatus: 'error' } });
  });

  it('starts an instance once', () => {
    const again = apply(definition, states.running, {
      type: 'start-process-instance',
      guid: 'g',
      variables: {},
      executionMode: 'Unsupervised',
      startEventId: null,
    });

    expect(again).toMatchObject({ kind: 'rejected', code: 'ALREADY_STARTED' });
  });

  it.each([
    ['another attempt', 3, 2],
    ['another visit', 99, 1],
    ['a visit that has ended', 1, 1],
  ])('records nothing of an outcome that is not the current one: %s', (_title, elementInstanceId, attempt) => {
    const result = apply(definition, states.running, {
      type: 'complete-attempt',
      elementInstanceId,
      attempt,
      result: 1,
      variables: { x: 1 },
    });

    expect(result).toMatchObject({ kind: 'rejected', code: 'STALE_ATTEMPT' });
  });
});

function apply(definition: ProcessDefinition, state: InstanceState | null, command: Command): StepResult {
  return step(definition, state, command, { now: 1_000, node: 1, connectors: EVERY_TYPE });
}

function after(definition: ProcessDefinition, state: InstanceState | null, command: Command): InstanceState {
  const result = apply(definition, state, command);
  if (result.kind === 'rejected') throw new Error(result.message);
  return result.state;
}
