import fc from 'fast-check';
import { CONDITIONS, TIMERS, type Condition } from './random-texts.js';
import { extensions, flow, model, properties } from '../bpmn/model-text.js';

/** A piece of a process with one way in and one way out. */
export type Block =
  | {
      readonly kind: 'task';
      readonly type: TaskType;
      readonly retries: number;
      readonly atMostOnce: boolean;
      readonly mapping: string | null;
      readonly boundary: readonly Boundary[];
    }
  | { readonly kind: 'event'; readonly type: 'timer' | 'message' | 'throw' }
  | { readonly kind: 'sequence'; readonly parts: readonly Block[] }
  | {
      readonly kind: 'split';
      readonly gateway: 'exclusive' | 'parallel' | 'inclusive';
      readonly join: 'exclusive' | 'parallel' | 'inclusive';
      readonly condition: Condition;
      readonly hasDefault: boolean;
      readonly branches: readonly Block[];
    }
  | { readonly kind: 'loop'; readonly body: Block; readonly condition: Condition }
  | {
      readonly kind: 'sub-process';
      readonly body: Block;
      readonly boundary: readonly Boundary[];
      readonly mapping: string | null;
    }
  | {
      readonly kind: 'call';
      readonly boundary: readonly Boundary[];
      readonly mapping: string | null;
    }
  | { readonly kind: 'end'; readonly type: 'none' | 'error' | 'terminate' };

type TaskType = 'serviceTask' | 'userTask' | 'receiveTask' | 'task' | 'scriptTask';
export interface Boundary {
  readonly type: 'error' | 'any-error' | 'timer' | 'reminder' | 'bad-timer';
  readonly flow: Block;
}

/** Extra flows make a model not block-structured: indexes into the nodes of a scope. */
export interface RandomModel {
  readonly block: Block;
  readonly extraFlows: readonly (readonly [from: number, to: number])[];
  /** Further runs that the process allows itself; null: it has no policy. */
  readonly runs: number | null;
}

const condition = fc.constantFrom<Condition>('feel', 'feel', 'juel', 'javascript');
const mapping = fc.option(fc.constantFrom('{"y":"=x + 1"}', '{"y":"${x - 1}"}'), { nil: null, freq: 4 });
const join = { withCrossShrink: true, maxDepth: 4, depthSize: 'small' } as const;

const { block } = fc.letrec<{ block: Block; boundary: Boundary }>((tie) => ({
  boundary: fc.record({
    type: fc.constantFrom('error', 'any-error', 'timer', 'reminder', 'bad-timer'),
    flow: tie('block'),
  }),
  block: fc.oneof(
    join,
    fc.record({
      kind: fc.constant('task' as const),
      type: fc.constantFrom<TaskType>('serviceTask', 'serviceTask', 'userTask', 'receiveTask', 'task', 'scriptTask'),
      retries: fc.integer({ min: 0, max: 2 }),
      atMostOnce: fc.boolean(),
      mapping,
      boundary: fc.oneof(join, fc.constant([]), fc.array(tie('boundary'), { maxLength: 2 })),
    }),
    fc.record({ kind: fc.constant('event' as const), type: fc.constantFrom('timer', 'message', 'throw') }),
    fc.record({ kind: fc.constant('end' as const), type: fc.constantFrom('none', 'error', 'terminate') }),
    fc.record({ kind: fc.constant('sequence' as const), parts: fc.array(tie('block'), { minLength: 1, maxLength: 4 }) }),
    fc.record({
      kind: fc.constant('split' as const),
      gateway: fc.constantFrom('exclusive', 'parallel', 'inclusive'),
      join: fc.constantFrom('exclusive', 'parallel', 'inclusive'),
      condition,
      hasDefault: fc.boolean(),
      branches: fc.array(tie('block'), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('loop' as const), body: tie('block'), condition }),
    fc.record({
      kind: fc.constant('sub-process' as const),
      body: tie('block'),
      boundary: fc.array(tie('boundary'), { maxLength: 2 }),
      mapping,
    }),
    fc.record({ kind: fc.constant('call' as const), boundary: fc.array(tie('boundary'), { maxLength: 2 }), mapping }),
  ),
})) as { block: fc.Arbitrary<Block> };

export const randomModel: fc.Arbitrary<RandomModel> = fc.record({
  block,
  extraFlows: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(fc.tuple(fc.nat(50), fc.nat(50)), { maxLength: 4 }) },
  ),
  runs: fc.option(fc.integer({ min: 1, max: 2 }), { nil: null, freq: 4 }),
});

/** The model as BPMN. Every scope has its own start and end; ids tell the kind. */
export function writeModel({ block: whole, extraFlows, runs }: RandomModel): string {
  const policy = runs === null ? '' : properties({ Retries: String(runs), retryBackoff: '1000' });
  return model(
    policy + new Writer(extraFlows).scope(whole),
    '<bpmn:error id="e" errorCode="E1"/><bpmn:message id="m" name="ping"/>',
  );
}

class Writer {
  private count = 0;

  constructor(private readonly extraFlows: RandomModel['extraFlows']) {}

  scope(body: Block): string {
    const scope = new Scope(this, () => ++this.count);
    const start = scope.add('<bpmn:startEvent', 'start');
    const last = scope.block(body, start);
    if (last !== null) scope.connect(last, scope.add('<bpmn:endEvent', 'end'));
    for (const [from, to] of this.extraFlows) scope.connectAny(from, to);
    return scope.lines.join('\n');
  }
}

class Scope {
  readonly lines: string[] = [];
  private readonly sources: string[] = [];
  private readonly targets: string[] = [];

  constructor(
    private readonly writer: Writer,
    private readonly next: () => number,
  ) {}

  add(tag: string, name: string, attributes = '', content = ''): string {
    const id = `${name}${this.next()}`;
    this.lines.push(`${tag} id="${id}"${attributes}>${content}</${tag.slice(1)}>`);
    if (name !== 'start' && !name.startsWith('boundary')) this.targets.push(id);
    if (name !== 'end' && name !== 'terminate' && name !== 'error' && !name.startsWith('boundary')) this.sources.push(id);
    return id;
  }

  connect(from: string, to: string, condition?: string): string {
    const id = `f${this.next()}`;
    this.lines.push(flow(id, from, to, condition, condition?.startsWith('return') ? 'language="javascript"' : ''));
    return id;
  }

  connectAny(from: number, to: number): void {
    const [source, target] = [this.sources[from % this.sources.length], this.targets[to % this.targets.length]];
    if (source && target && !source.startsWith('parallel')) this.connect(source, target, '=x > 5');
  }

  /** Writes the block behind `from`. @returns where it ends; null: nothing goes on from it */
  block(block: Block, from: string): string | null {
    switch (block.kind) {
      case 'task':
        return this.task(block, from);
      case 'event':
        return this.event(block.type, from);
      case 'end':
        this.connect(from, this.end(block.type));
        return null;
      case 'sequence': {
        let at: string | null = from;
        for (const part of block.parts) if (at !== null) at = this.block(part, at);
        return at;
      }
      case 'split':
        return this.split(block, from);
      case 'loop':
        return this.loop(block, from);
      case 'call': {
        const id = this.add('<bpmn:callActivity', 'call', ' calledElement="other"', this.mapping(block.mapping));
        this.connect(from, id);
        this.boundary(block.boundary, id);
        return id;
      }
      case 'sub-process': {
        const id = this.add('<bpmn:subProcess', 'sub', '', this.mapping(block.mapping) + this.writer.scope(block.body));
        this.connect(from, id);
        this.boundary(block.boundary, id);
        return id;
      }
    }
  }

  private task(block: Extract<Block, { kind: 'task' }>, from: string): string {
    const { type } = block;
    const isWork = type === 'serviceTask' || type === 'scriptTask';
    const settings = {
      ...(type === 'serviceTask' ? { ConnectorKey: 'work' } : {}),
      ...(type === 'scriptTask' ? { Script: 'return 1' } : {}),
      ...(isWork && block.retries > 0 ? { Retries: String(block.retries), retryBackoff: '1000' } : {}),
      ...(block.mapping === null ? {} : { InputMapping: block.mapping, OutputMapping: '{"z":"=if y > 8 then y else x"}' }),
    };
    const attributes = `${isWork && block.atMostOnce ? ' reprise:delivery="at-most-once"' : ''}${type === 'receiveTask' ? ' messageRef="m"' : ''}`;
    const id = this.add(`<bpmn:${type}`, type, attributes, properties(settings));
    this.connect(from, id);
    this.boundary(block.boundary, id);
    return id;
  }

  private mapping(text: string | null): string {
    return text === null ? extensions('') : properties({ InputMapping: text, OutputMapping: '{"z":"${x - 1}"}' });
  }

  private boundary(events: readonly Boundary[], host: string): void {
    for (const { type, flow: block } of events) {
      const definition =
        type === 'error'
          ? '<bpmn:errorEventDefinition errorRef="e"/>'
          : type === 'any-error'
            ? '<bpmn:errorEventDefinition/>'
            : `<bpmn:timerEventDefinition>${TIMERS[type]}</bpmn:timerEventDefinition>`;
      const id = this.add(
        '<bpmn:boundaryEvent',
        'boundary',
        ` attachedToRef="${host}"${type === 'reminder' ? ' cancelActivity="false"' : ''}`,
        definition,
      );
      const last = this.block(block, id);
      if (last !== null) this.connect(last, this.add('<bpmn:endEvent', 'end'));
    }
  }

  private event(type: 'timer' | 'message' | 'throw', from: string): string {
    const id =
      type === 'timer'
        ? this.add(
            '<bpmn:intermediateCatchEvent',
            'timer',
            '',
            '<bpmn:timerEventDefinition><bpmn:timeDuration>PT5S</bpmn:timeDuration></bpmn:timerEventDefinition>',
          )
        : type === 'message'
          ? this.add(
              '<bpmn:intermediateCatchEvent',
              'message',
              '',
              `${properties({ correlationKey: '=x' })}<bpmn:messageEventDefinition messageRef="m"/>`,
            )
          : this.add('<bpmn:intermediateThrowEvent', 'throw');
    this.connect(from, id);
    return id;
  }

  private end(type: 'none' | 'error' | 'terminate'): string {
    if (type === 'error') return this.add('<bpmn:endEvent', 'error', '', '<bpmn:errorEventDefinition errorRef="e"/>');
    return type === 'terminate'
      ? this.add('<bpmn:endEvent', 'terminate', '', '<bpmn:terminateEventDefinition/>')
      : this.add('<bpmn:endEvent', 'end');
  }

  private split(block: Extract<Block, { kind: 'split' }>, from: string): string | null {
    const gateway = this.add(`<bpmn:${block.gateway}Gateway`, block.gateway);
    this.connect(from, gateway);
    const ends: string[] = [];
    block.branches.forEach((branch, index) => {
      const entry = this.add('<bpmn:task', 'task');
      const isDefault = block.hasDefault && index === 0 && block.gateway !== 'parallel';
      const flowId = this.connect(
        gateway,
        entry,
        isDefault || block.gateway === 'parallel' ? undefined : CONDITIONS[block.condition](index),
      );
      if (isDefault) this.makeDefault(gateway, flowId);
      const last = this.block(branch, entry);
      if (last !== null) ends.push(last);
    });
    if (ends.length === 0) return null;
    const join = this.add(`<bpmn:${block.join}Gateway`, block.join);
    for (const end of ends) this.connect(end, join);
    return join;
  }

  private loop(block: Extract<Block, { kind: 'loop' }>, from: string): string {
    const entry = this.add('<bpmn:exclusiveGateway', 'loop');
    this.connect(from, entry);
    const last = this.block(block.body, entry);
    const exit = this.add('<bpmn:exclusiveGateway', 'exit');
    if (last === null) this.connect(entry, exit);
    else {
      this.connect(last, exit);
      this.connect(exit, entry, CONDITIONS[block.condition](2));
    }
    const out = this.add('<bpmn:task', 'task');
    this.makeDefault(exit, this.connect(exit, out));
    return out;
  }

  private makeDefault(gateway: string, flowId: string): void {
    const at = this.lines.findIndex((line) => line.includes(` id="${gateway}"`));
    this.lines[at] = (this.lines[at] ?? '').replace(` id="${gateway}"`, ` id="${gateway}" default="${flowId}"`);
  }
}
