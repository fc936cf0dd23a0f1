import { nodesOf, scopesOf, type SourceFlow, type SourceModel, type SourceNode, type SourceScope } from '../source-model.js';

/** All nodes of executable processes. */
export function executableNodes(model: SourceModel): SourceNode[] {
  return executable(model).flatMap(nodesOf);
}

/** All processes and sub-processes that are executed. */
export function executableScopes(model: SourceModel): SourceScope[] {
  return executable(model).flatMap(scopesOf);
}

/** All sequence flows that are executed. */
export function executableFlows(model: SourceModel): SourceFlow[] {
  return executableScopes(model).flatMap((scope) => scope.flows);
}

function executable(model: SourceModel): SourceScope[] {
  return model.processes.filter((process) => process.executable);
}
