import { InvalidArgumentError } from 'commander';

/** A whole number from 1. @throws InvalidArgumentError */
export function count(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(number) && number > 0) return number;
  throw new InvalidArgumentError(`Expected a whole number from 1, but got '${text}'.`);
}

/** A number above 0. @throws InvalidArgumentError */
export function rate(text: string): number {
  const number = Number(text);
  if (text.trim() !== '' && Number.isFinite(number) && number > 0) return number;
  throw new InvalidArgumentError(`Expected a number above 0, but got '${text}'.`);
}

/** Gathers an option that may be given several times, or once with commas. */
export function listed(text: string, before: readonly string[] = []): string[] {
  return [...before, ...text.split(',').map((each) => each.trim())].filter((each) => each !== '');
}

/** Gathers an option that may be given several times, each as it stands. */
export function repeated(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}

/** The same as `listed`, each one out of a few. @throws InvalidArgumentError */
export function listedOf(choices: readonly string[]): (text: string, before?: readonly string[]) => string[] {
  return (text, before) => {
    const all = listed(text, before);
    const unknown = all.find((each) => !choices.includes(each));
    if (unknown !== undefined) throw new InvalidArgumentError(`Expected one of ${choices.join(', ')}, but got '${unknown}'.`);
    return all;
  };
}
