import type { Connector } from './connector.js';

/** Which connector does which kind of task. Two of one type are a bug and stop the start. */
export class ConnectorRegistry {
  private readonly byType = new Map<string, Connector>();

  register(connector: Connector): void {
    if (this.byType.has(connector.type))
      throw new Error(`Expected one connector for task type '${connector.type}', but there are two`);
    this.byType.set(connector.type, connector);
  }

  has(type: string): boolean {
    return this.byType.has(type);
  }

  find(type: string): Connector | undefined {
    return this.byType.get(type);
  }

  types(): string[] {
    return [...this.byType.keys()].sort();
  }
}
