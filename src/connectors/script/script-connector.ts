import { ExpressionError, type JsonObject, type JsonValue } from '../../engine/index.js';
import { compileFeel, compileJuel } from '../../expressions/index.js';
import type { AttemptOutcome, Connector, TaskAttempt } from '../connector.js';
import type { Sandbox, SandboxLimits, SandboxOutcome } from './sandbox.js';

/** What a gateway's decision says of one flow. */
interface FlowCondition {
  readonly id: string;
  readonly name: string;
  readonly condition: { readonly language: 'javascript' | 'feel' | 'juel'; readonly source: string } | null;
}

/** Default limits of a script (CONTRACT section 9). */
const TIMEOUT_MS = 1_000;
const MEMORY_BYTES = 32 * 1024 * 1024;

/** Script tasks, and gateways whose conditions are JavaScript. */
export class ScriptConnector implements Connector {
  readonly type = 'script';

  /** @param log takes what scripts write with `console.log` */
  constructor(
    private readonly sandbox: Sandbox,
    private readonly log: (attempt: TaskAttempt, lines: readonly string[]) => void,
  ) {}

  /** What one script does says nothing of another. */
  circuitOf(): null {
    return null;
  }

  async execute(attempt: TaskAttempt): Promise<AttemptOutcome> {
    const { config } = attempt;
    try {
      if (config['mode'] === 'choose-flows') return await this.chooseFlows(attempt);
      if (config['language'] === 'feel')
        return { kind: 'completed', result: compileFeel(String(config['source'])).evaluate(attempt.variables) };
      const outcome = await this.run(attempt, String(config['source']), 'body');
      return outcome.ok ? { kind: 'completed', result: outcome.result, variables: outcome.written } : toFailure(outcome);
    } catch (error) {
      if (error instanceof ExpressionError) return { kind: 'failed', code: 'EXPRESSION_FAILED', message: error.message };
      throw error;
    }
  }

  private async run(attempt: TaskAttempt, source: string, form: 'body' | 'expression'): Promise<SandboxOutcome> {
    const limits: SandboxLimits = { timeoutMs: attempt.timeoutMs ?? TIMEOUT_MS, memoryBytes: MEMORY_BYTES };
    const outcome = await this.sandbox.run(source, form, attempt.variables, limits);
    if (outcome.log.length > 0) this.log(attempt, outcome.log);
    return outcome;
  }

  /** The result is the list of the ids of the flows to take. */
  private async chooseFlows(attempt: TaskAttempt): Promise<AttemptOutcome> {
    const { config } = attempt;
    const flows = config['flows'] as unknown as readonly FlowCondition[];
    const defaultFlowId = config['defaultFlowId'];
    if (typeof config['script'] === 'string') return this.namedFlow(attempt, config['script'], flows);
    const taken: string[] = [];
    for (const flow of flows) {
      if (flow.id === defaultFlowId) continue;
      const verdict = await this.holds(attempt, flow);
      if (typeof verdict !== 'boolean') return verdict;
      if (verdict) taken.push(flow.id);
      if (verdict && config['exclusive'] === true) break;
    }
    if (taken.length === 0 && typeof defaultFlowId === 'string') taken.push(defaultFlowId);
    return { kind: 'completed', result: taken };
  }

  /** A gateway's `Condition` script returns a flow's name or id. */
  private async namedFlow(attempt: TaskAttempt, script: string, flows: readonly FlowCondition[]): Promise<AttemptOutcome> {
    const outcome = await this.runEither(attempt, script);
    if (!outcome.ok) return toFailure(outcome);
    const chosen = flows.find((flow) => flow.id === outcome.result) ?? flows.find((flow) => flow.name === outcome.result);
    if (chosen) return { kind: 'completed', result: [chosen.id] };
    const names = flows.map((flow) => `'${flow.name}'`).join(', ');
    return {
      kind: 'failed',
      code: 'NO_FLOW_TAKEN',
      message: `Expected the condition of '${attempt.taskName}' to return one of ${names}, but it returned ${JSON.stringify(outcome.result)}`,
    };
  }

  private async holds(attempt: TaskAttempt, { condition }: FlowCondition): Promise<boolean | AttemptOutcome> {
    if (condition === null) return true;
    if (condition.language === 'feel') return compileFeel(condition.source).evaluate(attempt.variables) === true;
    if (condition.language === 'juel') return compileJuel(condition.source).evaluate(attempt.variables) === true;
    const outcome = await this.runEither(attempt, condition.source);
    return outcome.ok ? isTruthy(outcome.result) : toFailure(outcome);
  }

  /** A condition is an expression or a body with `return`. */
  private async runEither(attempt: TaskAttempt, source: string): Promise<SandboxOutcome> {
    if (/\breturn\b/.test(source)) return this.run(attempt, source, 'body');
    const outcome = await this.run(attempt, source.trim().replace(/;$/, ''), 'expression');
    return !outcome.ok && outcome.kind === 'syntax' ? this.run(attempt, source, 'body') : outcome;
  }
}

/** JavaScript's own idea of truth, as the condition is JavaScript. */
function isTruthy(value: JsonValue | JsonObject): boolean {
  return Boolean(value);
}

const CODES = {
  error: 'SCRIPT_ERROR',
  syntax: 'SCRIPT_ERROR',
  timeout: 'SCRIPT_TIMEOUT',
  memory: 'SCRIPT_MEMORY',
  lost: 'SCRIPT_LOST',
} as const;

function toFailure(outcome: Extract<SandboxOutcome, { ok: false }>): AttemptOutcome {
  if (outcome.kind === 'bpmn-error') return { kind: 'bpmn-error', code: outcome.code, message: outcome.message };
  return { kind: 'failed', code: CODES[outcome.kind], message: outcome.message };
}
