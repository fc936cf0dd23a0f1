import { describe, expect, it } from '@jest/globals';
import { childGuid, runGuid, step, type CallActivityNode, type InstanceState, type StepResult } from '../../src/engine/index.js';
import { compiled, flow, model, properties } from '../bpmn/model-text.js';
import { EVERY_TYPE } from './drive.js';

const ERROR = '<bpmn:error id="Err" errorCode="E1" name="no"/>';
const boundary = (host: string, definition: string): string =>
  `<bpmn:boundaryEvent id="B_${host}" attachedToRef="${host}">${definition}</bpmn:boundaryEvent>`;

/** A call activity in a sub-process. */
async function callerWith(more: string, policy: Record<string, string> = {}): Promise<CallActivityNode> {
  const call = `<bpmn:callActivity id="C" calledElement="P">${properties(policy)}</bpmn:callActivity>`;
  const sub = `<bpmn:subProcess id="U"><bpmn:startEvent id="US"/>${call}${flow('u', 'US', 'C')}${more.includes('"C"') ? more : ''}</bpmn:subProcess>`;
  const outer = more.includes('"U"') ? more : '';
  const { nodesById } = await compiled(model(`<bpmn:startEvent id="S"/>${sub}${outer}${flow('f', 'S', 'U')}`, ERROR));
  return nodesById.get('C') as CallActivityNode;
}

/** A process with a task that throws `E1`, and one that ends by it. */
const thrower = () =>
  compiled(
    model(
      `<bpmn:startEvent id="S"/><bpmn:serviceTask id="T">${properties({ ConnectorKey: 'w' })}</bpmn:serviceTask>
       <bpmn:endEvent id="E"><bpmn:errorEventDefinition errorRef="Err"/></bpmn:endEvent>${flow('f1', 'S', 'T')}${flow('f2', 'T', 'E')}`,
      ERROR,
    ),
  );

async function run(caller: CallActivityNode | null, throws: boolean): Promise<InstanceState> {
  const definition = await thrower();
  const context = { now: 1_000, node: 1, connectors: EVERY_TYPE, caller };
  const accept = (result: StepResult): InstanceState => {
    if (result.kind === 'rejected') throw new Error(result.message);
    return result.state;
  };
  const start = {
    type: 'start-process-instance',
    guid: 'c',
    variables: {},
    executionMode: 'Unsupervised',
    startEventId: null,
  } as const;
  const state = accept(step(definition, null, start, context));
  const attempt = { elementInstanceId: 2, attempt: 1, variables: null } as const;
  return accept(
    throws
      ? step(
          definition,
          state,
          { type: 'fail-attempt', ...attempt, code: 'E1', message: 'no', bpmnError: true, details: null },
          context,
        )
      : step(definition, state, { type: 'complete-attempt', ...attempt, result: null }, context),
  );
}

describe('a modelled error that nothing in a called process catches', () => {
  it.each([
    ['the call activity', boundary('C', '<bpmn:errorEventDefinition errorRef="Err"/>')],
    ['the call activity, whatever its code', boundary('C', '<bpmn:errorEventDefinition/>')],
    ['a sub-process around it', boundary('U', '<bpmn:errorEventDefinition errorRef="Err"/>')],
  ])('goes to %s that catches it, from a task as from an end event', async (_, more) => {
    const caller = await callerWith(more);
    for (const throws of [true, false])
      expect(await run(caller, throws)).toMatchObject({ status: 'cancelled', ending: { because: 'error', code: 'E1' } });
  });

  it('of a task is a failure of the task where no caller catches it; that of an end event ends the process', async () => {
    const caller = await callerWith(
      boundary('U', '<bpmn:timerEventDefinition><bpmn:timeDuration>PT1S</bpmn:timeDuration></bpmn:timerEventDefinition>'),
    );
    expect(await run(caller, true)).toMatchObject({ status: 'error', ending: null });
    expect(await run(caller, false)).toMatchObject({ status: 'cancelled', ending: { because: 'error' } });
  });

  it('of an end event is a failure of it where nobody called the process', async () => {
    expect(await run(null, false)).toMatchObject({ status: 'error', ending: null });
  });
});

describe('the guid of a child', () => {
  it('is made of its caller, its call and its run', () => {
    expect([childGuid('g', 7, 1), childGuid('g', 7, 3), runGuid('g', 1), runGuid('g', 2)]).toEqual([
      'g~7',
      'g~7~run3',
      'g',
      'g~run2',
    ]);
  });

  it('stays within 255 characters, and apart from all others', () => {
    const long = 'x'.repeat(254);
    const guids = [1, 2, 3].flatMap((call) => [1, 2, 3].map((run) => childGuid(long, call, run)));
    const deep = Array.from({ length: 100 }).reduce<string>((guid) => childGuid(guid, 2, 1), 'root');

    expect(new Set(guids).size).toBe(9);
    expect(Math.max(...guids.map((guid) => guid.length), deep.length)).toBeLessThanOrEqual(255);
  });
});
