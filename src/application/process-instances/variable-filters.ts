import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, ValidateBy, type ValidationArguments } from 'class-validator';
import { findJsonProblem } from '../../contract/json-rules.js';
import type { JsonValue } from '../../engine/index.js';
import type { InstanceListFilter } from '../ports/readers.js';

type VariableFilter = NonNullable<InstanceListFilter['variables']>[number];

const OPERATORS: readonly VariableFilter['operator'][] = ['eq', 'neq', 'gt', 'gte', 'lt', 'lte', 'contains'];
/** Each one is a condition in the query. */
const MOST = 10;
const EXPECTED = `a list of up to ${MOST} { path, operator, value } with operator one of ${OPERATORS.join(', ')}, or an object of paths to the values they must equal`;

/** Conditions on variables; use `variableFiltersOf` to read them. */
export function OptionalVariableFilters(): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ description: `Conditions on variables: ${EXPECTED}.`, type: 'array', items: { type: 'object' } }),
    IsOptional(),
    ValidateBy({
      name: 'variableFilters',
      validator: {
        validate: (value: unknown) => variableFiltersOf(value) !== null,
        defaultMessage: (args?: ValidationArguments) => `${args?.property ?? 'variables'} must be ${EXPECTED}`,
      },
    }),
  );
}

/** `[{ path: 'customer.id', operator: 'eq', value: 7 }]` or `{ 'customer.id': 7 }`; null when it is neither. */
export function variableFiltersOf(value: unknown): VariableFilter[] | null {
  if (typeof value !== 'object' || value === null || findJsonProblem(value) !== null) return null;
  const raw: unknown[] = Array.isArray(value)
    ? value
    : Object.entries(value).map(([path, each]) => ({ path, value: each as JsonValue }));
  const filters = raw.map(toFilter);
  return filters.length <= MOST && filters.every((filter) => filter !== null) ? filters : null;
}

function toFilter(raw: unknown): VariableFilter | null {
  if (typeof raw !== 'object' || raw === null) return null;
  const { path, name = path, operator = 'eq', value } = raw as Record<string, unknown>;
  const known = OPERATORS.find((each) => each === operator);
  if (typeof name !== 'string' || name === '' || !known || value === undefined) return null;
  return { path: name, operator: known, value: value as JsonValue };
}
