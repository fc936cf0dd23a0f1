import type { RetryPolicy } from '../../../../engine/index.js';
import type { Attributes } from '../attributes.js';

/** What a notation says in its own attributes. What is said beside them (rules, ladder, budget) is the same for all. */
export type NotedPolicy = Pick<RetryPolicy, 'maxAttempts' | 'curve' | 'retries' | 'rules' | 'budgetMs' | 'onExhausted'>;

/** A way to write a retry policy. Reports what is wrong in it. */
export type Notation = (from: Attributes) => NotedPolicy;

/** What the other products' notations leave unsaid: no bound in time, a person when the attempts are used up. */
export const PLAIN = { rules: [], budgetMs: null, onExhausted: { do: 'error' } } as const;
