import type { JsonObject } from '../../sdk/client.js';
import type { GetProcessInstanceListRequest } from '../../sdk/requests/instances.js';
import { CliError } from '../cli-error.js';
import type { FilterOptions } from './options.js';

/** The filter of the list, as the server has it. @throws CliError */
export function filterOf(options: FilterOptions): GetProcessInstanceListRequest {
  const { status, process, definition, businessKey, failedTask, errorText, group, retrying, from, to, where } = options;
  return {
    ...(status && { status }),
    ...(process !== undefined && { processKey: process }),
    ...(definition !== undefined && { processDefinitionId: definition }),
    ...(businessKey !== undefined && { businessKey }),
    ...(failedTask !== undefined && { failedActivityId: failedTask }),
    ...(errorText !== undefined && { errorText }),
    ...(group !== undefined && { failureGroup: group }),
    ...(retrying !== undefined && { retrying }),
    ...(from !== undefined && { startedFrom: from }),
    ...(to !== undefined && { startedTo: to }),
    ...(where && { variables: where.map(conditionOf) }),
  };
}

function conditionOf(text: string): JsonObject {
  const at = text.indexOf('=');
  if (at < 1) throw new CliError(`Expected --where path=value, but got '${text}'.`, 'For example --where customer.id=456');
  const raw = text.slice(at + 1);
  let value: unknown = raw;
  try {
    value = JSON.parse(raw);
  } catch {
    // A text.
  }
  return { path: text.slice(0, at), operator: 'eq', value };
}
