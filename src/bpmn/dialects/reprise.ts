import { WORK_TASKS, type Dialect } from './dialect.js';

/** Our own namespace, for what the others cannot say. */
export const reprise: Dialect = {
  prefix: 'reprise',
  name: 'Reprise',
  elements: { executed: {}, described: [], refused: {} },
  attributes: { executed: { delivery: WORK_TASKS }, described: [], refused: {} },

  read(_node, { attributes }, report) {
    const delivery = attributes['delivery'];
    if (delivery === undefined) return {};
    if (delivery === 'at-most-once' || delivery === 'at-least-once') return { delivery };
    report.error('invalid-delivery', `Expected reprise:delivery to be at-most-once or at-least-once, but it is '${delivery}'`);
    return {};
  },
};
