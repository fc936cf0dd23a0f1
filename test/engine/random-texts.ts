/** The language of a condition. */
export type Condition = 'feel' | 'juel' | 'javascript';

/** A condition for the flow of this number. */
export const CONDITIONS: Readonly<Record<Condition, (branch: number) => string>> = {
  feel: (branch) => `=x > ${branch * 3}`,
  juel: (branch) => `\${x > ${branch * 3}}`,
  javascript: (branch) => `return x > ${branch * 3}`,
};

/** What the timers of random models wait for. */
export const TIMERS = {
  timer: '<bpmn:timeDuration>PT10S</bpmn:timeDuration>',
  reminder: '<bpmn:timeCycle>R3/PT3S</bpmn:timeCycle>',
  'bad-timer': '<bpmn:timeDuration>=if x > 2 then "PT7S" else "soon"</bpmn:timeDuration>',
} as const;
