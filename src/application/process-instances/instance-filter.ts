import type { InstanceStatus } from '../../engine/index.js';
import type { InstanceListFilter } from '../ports/readers.js';
import { instantOf, textsOf, wholeNumber } from '../requests/field-values.js';
import { OptionalFlag, OptionalId, OptionalInstant, OptionalText, OptionalTexts } from '../requests/fields.js';
import { OptionalVariableFilters, variableFiltersOf } from './variable-filters.js';

const STATUSES = ['running', 'waiting', 'error', 'paused', 'completed', 'cancelled'] as const;

/** What instances are chosen by, for a list and for a batch alike; all that is given must hold. */
export class InstanceFilterData {
  @OptionalTexts('Only in these states.', STATUSES)
  status?: string[];

  @OptionalText('Only of this process.', 255)
  processKey?: string;

  @OptionalId('Only of this definition.')
  processDefinitionId?: string | number;

  @OptionalText('Only with this key of the business.', 255)
  businessKey?: string;

  @OptionalText('Only with an open failure of this element.', 255)
  failedActivityId?: string;

  @OptionalText('Only with an open failure whose message has this text.', 255)
  errorText?: string;

  @OptionalFlag('Only with a task that waits for its next automatic attempt, or (false) only without.')
  retrying?: boolean;

  @OptionalText('Only with an open failure of this group.', 255)
  failureGroup?: string;

  @OptionalInstant('Started not before this instant or date.')
  startedFrom?: string;

  @OptionalInstant('Started not after this instant or date.')
  startedTo?: string;

  @OptionalVariableFilters()
  variables?: unknown;
}

/** Other names of its fields. */
export const INSTANCE_FILTER_ALIASES = {
  statuses: 'status',
  definitionId: 'processDefinitionId',
  variableFilters: 'variables',
} as const;

/** The filter that the data means. @throws InvalidRequest */
export function instanceFilterOf(data: InstanceFilterData): InstanceListFilter {
  const { processKey, processDefinitionId, businessKey, failedActivityId, errorText, failureGroup, startedFrom, startedTo } =
    data;
  return {
    // The choices of the field are exactly the states.
    status: textsOf(data.status) as readonly InstanceStatus[] | undefined,
    processKey,
    processDefinitionId: processDefinitionId === undefined ? undefined : wholeNumber('processDefinitionId', processDefinitionId),
    businessKey,
    failedActivityId,
    errorText,
    failureGroup,
    retrying: data.retrying,
    startedFrom: startedFrom === undefined ? undefined : (instantOf(startedFrom) ?? undefined),
    startedTo: startedTo === undefined ? undefined : (instantOf(startedTo, true) ?? undefined),
    variables: data.variables === undefined ? undefined : (variableFiltersOf(data.variables) ?? undefined),
  };
}
