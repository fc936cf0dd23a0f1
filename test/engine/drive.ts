import {
  checkInvariants,
  step,
  type Accepted,
  type Command,
  type InstanceState,
  type JsonObject,
  type ProcessDefinition,
  type StepContext,
  type StepResult,
} from '../../src/engine/index.js';
import { Outside } from './outside.js';

/** A server that has a connector for every type of task. */
export const EVERY_TYPE = { has: (): boolean => true };
/** The one server process of these tests, and the one that takes over from it. */
const NODE = 1;

/** Drives one instance as a server would, and checks after every step what must hold of every step. */
export class Drive {
  state: InstanceState | null = null;
  /** Epoch ms; a test moves it. */
  now = Date.UTC(2030, 0, 1);
  node = NODE;
  connectors: StepContext['connectors'] = EVERY_TYPE;
  readonly outside = new Outside();
  /** Every step, for a person who looks at a failure. */
  readonly log: string[] = [];

  /** @param thorough false: states of thousands of elements are not copied and compared at every step */
  constructor(
    readonly definition: ProcessDefinition,
    private readonly thorough = true,
  ) {}

  /** @throws Error with all that is wrong, and the way there */
  apply(command: Command): StepResult {
    const before = this.state;
    const context = { now: this.now, node: this.node, connectors: this.connectors };
    if (this.thorough) freeze(before);
    const result = step(this.definition, before, command, context);
    this.log.push(
      `${JSON.stringify(command)} -> ${result.kind === 'accepted' ? `${result.state.version} ${result.state.status}` : result.code}`,
    );
    if (this.thorough) this.repeat(command, before, context, result);
    if (result.kind === 'accepted') this.take(command, before, result);
    return result;
  }

  private repeat(command: Command, before: InstanceState | null, context: StepContext, result: StepResult): void {
    const again = step(this.definition, copy(before), copy(command), context);
    if (text(again) !== text(result)) this.fail(['the same input gave another output', text(result), text(again)]);
  }

  private take(command: Command, before: InstanceState | null, result: Accepted): void {
    if (command.type === 'complete-attempt' || command.type === 'fail-attempt')
      this.outside.over(command.elementInstanceId, command.attempt);
    // What is kept for the resume is no longer the outside's.
    if (command.type === 'end-child') this.outside.childEnded(command.ended.elementInstanceId);
    if (command.type === 'release-attempt' || command.type === 'hold-attempt') this.outside.givenBack(command.elementInstanceId);
    if (command.type === 'activate-job') this.outside.activated(command.elementInstanceId, result.report.attempt ?? 0);
    if (command.type === 'lose-attempts') this.outside.attempts.clear();
    this.state = result.state;
    const found = [
      ...this.outside.perform(result.effects),
      ...checkInvariants(this.definition, result.state),
      ...this.outside.compare(result.state),
    ];
    if (result.state.version !== (before?.version ?? 0) + 1)
      found.push(`version went from ${before?.version ?? 0} to ${result.state.version}`);
    if (this.thorough && text(copy(result.state)) !== text(result.state)) found.push('the state is not plain JSON');
    if (result.variablesChanged !== (result.state.variables !== (before?.variables ?? null)))
      found.push('variablesChanged is wrong');
    found.push(...untouched(before, result), ...miswritten(command, before, result));
    if (found.length > 0) this.fail(found);
  }

  private fail(found: readonly string[]): never {
    throw new Error([...found, '', ...this.log.slice(-40)].join('\n'));
  }
}

/** A scope that the step does not say it touched is the very same. */
function untouched(before: InstanceState | null, { state, touchedScopes }: Accepted): string[] {
  const ids = new Set([...Object.keys(before?.scopes ?? {}), ...Object.keys(state.scopes)]);
  return [...ids]
    .filter((id) => before?.scopes[Number(id)] !== state.scopes[Number(id)] && !touchedScopes.has(Number(id)))
    .map((id) => `scope ${id} changed untouched`);
}

/** The writes lead from what the variables were to what they are, and each differs in its names only. */
function miswritten(command: Command, before: InstanceState | null, { state, variableWrites }: Accepted): string[] {
  const found: string[] = [];
  let variables = command.type === 'start-process-instance' ? command.variables : (before?.variables ?? {});
  let entered = before?.lastElementInstanceId ?? 0;
  for (const write of variableWrites) {
    const others = (values: JsonObject) => text(Object.entries(values).filter(([name]) => !write.names.includes(name)));
    if (text(write.before) !== text(variables)) found.push(`${write.cause} begins with other variables than it found`);
    if (others(write.before) !== others(write.after)) found.push(`${write.cause} changes more than ${write.names.join()}`);
    if (write.entered < entered) found.push(`${write.cause} has forgotten a visit`);
    variables = write.after;
    entered = write.entered;
  }
  if (text(variables) !== text(state.variables)) found.push('a change of the variables is missing among the writes');
  return found;
}

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  Object.values(value).forEach(freeze);
}

function copy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

/** `variablesChanged` aside: it goes by identity, so a state that was loaded again may only be more careful. */
function text(value: unknown): string {
  return JSON.stringify(value, (key, each: unknown) =>
    key === 'variablesChanged' ? undefined : each instanceof Set ? [...each] : each,
  );
}
