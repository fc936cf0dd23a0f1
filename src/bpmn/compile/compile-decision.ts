import { NO_TIMEOUTS, type JsonObject, type Work } from '../../engine/index.js';
import type { SourceNode } from '../source-model.js';
import type { SourceFlow } from '../source-model.js';
import type { CompiledCondition } from './compile-condition.js';

/** A gateway's decision as work for the script connector; null when expressions decide. */
export function compileDecision(
  node: SourceNode,
  script: string | null,
  conditions: ReadonlyMap<SourceFlow, CompiledCondition>,
  defaultFlowId: string | null,
): Work | null {
  const decides = script !== null || node.outgoing.some((flow) => conditions.get(flow)?.language === 'javascript');
  if (!decides) return null;
  const flows = node.outgoing.map((flow): JsonObject => {
    const condition = conditions.get(flow);
    return {
      id: flow.id,
      name: flow.name,
      condition: condition ? { language: condition.language, source: condition.source } : null,
    };
  });
  const exclusive = node.type === 'exclusiveGateway';
  const config = { language: 'javascript', mode: 'choose-flows', exclusive, defaultFlowId, flows, script };
  return { connector: 'script', config, delivery: 'at-least-once', timeoutMs: null, timeouts: NO_TIMEOUTS };
}
