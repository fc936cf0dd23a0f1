import type { InstanceListFilter } from '../../application/ports/readers.js';
import type { JsonValue } from '../../engine/index.js';
import type { SqlCondition } from './sql-condition.js';

type VariableFilter = NonNullable<InstanceListFilter['variables']>[number];

const COMPARISONS = { eq: '=', neq: '<>', gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;

/** What JSON has for a number of JavaScript, bounded so that Postgres' numeric can hold it. */
const NUMBER = '^-?[0-9]{1,255}([.][0-9]{1,255})?([eE][-+]?[0-9]{1,3})?$';

/**
 * A condition on one variable. The path's keys are separated by points; a number is an index where there is a list.
 *
 * Numbers are compared as numbers (with variables that are numbers, or text that reads as one), other values as the text
 * that JSON has for them, ordered by code point, which is right for ISO dates. `contains` finds text in any case, in lists
 * and objects too. A variable that is absent or null equals null, differs from everything else, and is neither greater nor less.
 */
export function compileVariableFilter(condition: SqlCondition, { path, operator, value }: VariableFilter): string {
  const isOrdering = operator !== 'eq' && operator !== 'neq';
  if (value === null && isOrdering) return 'false';
  const text = `json_text_at(instance.variables, ${condition.bind(path.split('.'))}::text[])`;
  if (value === null) return `${text} ${operator === 'eq' ? 'IS NULL' : 'IS NOT NULL'}`;
  if (operator === 'contains') return `strpos(lower(${text}), lower(${condition.bind(textOf(value))}::text)) > 0`;
  const comparison =
    typeof value === 'number'
      ? `(SELECT CASE WHEN at_path ~ '${NUMBER}' THEN at_path::numeric END FROM ${text} AS at_path) ${COMPARISONS[operator]} ${condition.bind(value)}::numeric`
      : `${text} COLLATE "C" ${COMPARISONS[operator]} ${condition.bind(textOf(value))}::text`;
  return operator === 'neq' ? `(${comparison}) IS NOT FALSE` : comparison;
}

function textOf(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
