import type { LastResort } from '../../../engine/index.js';
import type { Attributes } from './attributes.js';
import { readAssignments } from './read-assignments.js';

const RESORTS = ['error', 'park', 'escalate', 'throw', 'skip', 'complete'] as const;

/** What goes with one word only, for the hint. */
export const RESORT_HINTS: Readonly<Record<string, string>> = {
  errorCode: 'It is the code of the error that "throw" throws.',
  message: 'It is what "escalate" says.',
};

/**
 * What ends the automatic attempts: `onExhausted` of a policy, `then` of a ladder, with the code, text and outputs that belong to
 * it. Undefined: not said.
 */
export function readLastResort(from: Attributes, name: 'onExhausted' | 'then'): LastResort | undefined {
  const said = from.oneOf(name, RESORTS);
  const outputs = readAssignments(from.children('output'), from.report);
  if (outputs.length > 0 && said !== 'skip' && said !== 'complete')
    from.wrong(
      `Expected reprise:output in ${from.what} only with ${name}="skip" or "complete", but ${said ? `it is "${said}"` : 'it is not said'}`,
    );
  if (typeof said !== 'string') return undefined;
  if (said === 'throw') return { do: 'throw', errorCode: required(from, 'errorCode', `${name}="throw"`) };
  if (said === 'escalate') return { do: 'escalate', message: required(from, 'message', `${name}="escalate"`) };
  return said === 'skip' || said === 'complete' ? { do: said, outputs } : { do: said };
}

function required(from: Attributes, name: string, because: string): string {
  const text = from.text(name);
  if (text === undefined) from.wrong(`Expected ${from.what} to say ${name}, since ${because}, but it does not`);
  return text ?? '';
}
