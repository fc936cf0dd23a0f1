import { isCircuitFault } from '../../application/circuits/circuit-fault.js';
import type { CircuitBreakers } from '../../application/ports/circuits.js';
import type { ConnectorRegistry } from '../../connectors/connector-registry.js';
import type { TaskAttempt } from '../../connectors/connector.js';
import type { CompleteAttempt, ExecuteAttempt, FailAttempt } from '../../engine/index.js';

/** What the attempts of this process depend on: whether that holds them back, and what it is told of how they went. */
export class AttemptCircuits {
  constructor(
    private readonly connectors: ConnectorRegistry,
    private readonly breakers: CircuitBreakers,
  ) {}

  /** Its endpoint, else its task type; null: nothing outside. */
  circuitOf(attempt: TaskAttempt, type: string): string | null {
    const connector = this.connectors.find(type);
    return connector?.circuitOf ? connector.circuitOf(attempt) : `task:${type}`;
  }

  /** The open circuit that holds the attempt back; null: it may begin. */
  heldBy(attempt: TaskAttempt, { work, passesCircuit, canaryOf }: ExecuteAttempt): string | null {
    if (passesCircuit || !this.breakers.isHolding) return null;
    const circuit = this.circuitOf(attempt, work.connector);
    if (circuit === null || circuit === canaryOf) return null;
    return this.breakers.admits(attempt.tenantId, circuit) ? null : circuit;
  }

  /** Only what the circuit stands for may be at fault; a modelled error or bad data is an answer like any other. */
  recordOutcome(attempt: TaskAttempt, { work }: ExecuteAttempt, command: CompleteAttempt | FailAttempt): void {
    const isFault = command.type === 'fail-attempt' && isCircuitFault(command);
    if (!isFault && !this.breakers.isCounting) return;
    const circuit = this.circuitOf(attempt, work.connector);
    if (circuit !== null) this.breakers.record(attempt.tenantId, circuit, isFault);
  }

  /** Follows an attempt that its circuit has let through. One that goes elsewhere is none, which its circuit hears at once. */
  canaryOf(attempt: TaskAttempt, { work, canaryOf }: ExecuteAttempt): Canary | null {
    if (canaryOf === null) return null;
    const canary = new Canary(this.breakers, attempt.tenantId, canaryOf);
    if (this.circuitOf(attempt, work.connector) !== canaryOf) canary.strays();
    return canary;
  }
}

/** An attempt that its circuit has let through to see how it goes: whatever its end, the circuit hears of it. */
export class Canary {
  private isToldOf = false;

  constructor(
    private readonly breakers: CircuitBreakers,
    private readonly tenantId: string,
    private readonly circuit: string,
  ) {}

  /** Its outcome is counted. */
  answers(): void {
    this.isToldOf = true;
  }

  /** It says nothing of its circuit, unless it has answered. */
  strays(): void {
    if (!this.isToldOf) this.breakers.recordStray(this.tenantId, this.circuit);
    this.isToldOf = true;
  }
}
