const CODES = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39], blue: [34, 39] } as const;

export type Colour = keyof typeof CODES;

/** Colours a text where colours are wanted; leaves it alone elsewhere. */
export type Paint = (colour: Colour, text: string) => string;

/** On a terminal only, and not where `NO_COLOR` is set (no-color.org). */
export function paintFor(stream: { readonly isTTY?: boolean }, env: Readonly<Record<string, string | undefined>>): Paint {
  const isWanted = stream.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
  return (colour, text) => (isWanted ? `\u001b[${CODES[colour][0]}m${text}\u001b[${CODES[colour][1]}m` : text);
}

const STATES: Readonly<Record<string, Colour>> = {
  error: 'red',
  'failed-again': 'red',
  failed: 'red',
  refused: 'red',
  open: 'red',
  waiting: 'yellow',
  paused: 'yellow',
  stopped: 'yellow',
  running: 'blue',
  completed: 'green',
  recovered: 'green',
  done: 'green',
  succeeded: 'green',
  cancelled: 'dim',
};

/** A state in the colour that it has everywhere. */
export function paintState(paint: Paint, state: string): string {
  const colour = STATES[state];
  return colour ? paint(colour, state) : state;
}
