import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, ValidateBy, type ValidationArguments } from 'class-validator';
import { findJsonProblem } from '../../contract/json-rules.js';
import type { JsonObject } from '../../engine/index.js';
import type { BatchSelection } from '../ports/batches.js';
import { INSTANCE_FILTER_ALIASES, InstanceFilterData, instanceFilterOf } from '../process-instances/instance-filter.js';
import { textsOf } from '../requests/field-values.js';
import { OptionalFlag, OptionalInt, OptionalText, OptionalVariables, RequiredChoice } from '../requests/fields.js';
import { invalidField } from '../requests/invalid-request.js';
import { readAs } from '../requests/validate-fields.js';
import { BatchOptionsData } from './batch-options.js';
import { BATCH_KIND_NAMES } from './batch-kinds.js';

/** Instances that can be named one by one. */
const MOST_GUIDS = 10_000;
/** Of those that were named, so many are shown again. */
const SHOWN = 10;

function OptionalGuids(description: string): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ description, type: 'array', items: { type: 'string' }, maxItems: MOST_GUIDS }),
    IsOptional(),
    ValidateBy({
      name: 'guids',
      validator: {
        validate: (value: unknown) => {
          const guids: unknown[] = Array.isArray(value) ? value : [value];
          return guids.length > 0 && guids.length <= MOST_GUIDS && guids.every((each) => isGuid(each));
        },
        defaultMessage: (args?: ValidationArguments) =>
          `${args?.property ?? ''} must be texts of 1 to 255 characters: one, or a list of 1 to ${MOST_GUIDS}`,
      },
    }),
  );
}

function isGuid(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 255 && findJsonProblem(value) === null;
}

/** What is done, on what, and how: instances by name, or by the filters of the list; one of the two. */
export class BatchPlanData extends BatchOptionsData {
  @RequiredChoice('What is done on each.', BATCH_KIND_NAMES)
  kind!: string;

  @OptionalVariables('What the command of this kind takes: `updatedVariables`, `additionalData`, `mode`, ...')
  parameters?: JsonObject;

  @OptionalGuids('These instances.')
  instanceGuids?: string[];

  @OptionalVariables('Instances that the filters of GetProcessInstanceListQuery choose; all that are given must hold.')
  filter?: JsonObject;

  @OptionalText('The failures of this group; may stand beside a filter.', 255)
  failureGroup?: string;

  @OptionalFlag('Needed to choose every instance of the tenant: an empty filter is more often a mistake.')
  all?: boolean;

  @OptionalInt('Refuse unless the selection meets so many, as a preview has told.', 0, Number.MAX_SAFE_INTEGER)
  expectedItems?: number;

  @OptionalText('Why, for the audit trail of the batch and of each item.')
  reason?: string;

  @OptionalText('The same key again gives the same answer, once done.', 255)
  idempotencyKey?: string;
}

/** Other names of the fields. */
export const BATCH_PLAN_ALIASES = {
  ids: 'instanceGuids',
  instanceIds: 'instanceGuids',
  groupId: 'failureGroup',
  comment: 'reason',
} as const;

/**
 * What the data chooses, and what of it is kept for people.
 * @throws InvalidRequest where it chooses nothing, in two ways at once, or everything without saying so
 */
export function selectionOf(data: BatchPlanData): { readonly selection: BatchSelection; readonly shown: JsonObject } {
  const { instanceGuids, failureGroup, all } = data;
  const filter = { ...data.filter, ...(failureGroup !== undefined && { failureGroup }) };
  const isFiltered = Object.values(filter).some((value) => value !== null);
  if (instanceGuids !== undefined) {
    if (isFiltered || data.filter !== undefined || all === true)
      throw invalidField('instanceGuids', 'exclusive', 'Expected instanceGuids or a filter, but got both');
    const distinct = [...new Set(textsOf(instanceGuids))];
    return {
      selection: { by: 'ids', instanceGuids: distinct },
      shown: { instanceGuids: distinct.slice(0, SHOWN), count: distinct.length },
    };
  }
  if (!isFiltered && all !== true)
    throw invalidField(
      'filter',
      'required',
      'Expected instanceGuids, a failureGroup or a filter that is not empty. To choose every instance of the tenant, say all: true',
    );
  if (isFiltered && all === true)
    throw invalidField('all', 'exclusive', 'Expected a filter or all: true, but got both: all is without a filter');
  const read = readAs(InstanceFilterData, filter, 'data.filter', INSTANCE_FILTER_ALIASES);
  return { selection: { by: 'filter', filter: instanceFilterOf(read) }, shown: all === true ? { all: true } : { filter } };
}
