/** A place in a text; both from 1. */
export interface Location {
  readonly line: number | null;
  readonly column: number | null;
}

/** Where the elements of a model stand in its XML. Built in one pass; a look-up is a binary search. */
export class Locations {
  private readonly lineStarts: number[] = [0];

  constructor(
    xml: string,
    /** Offset of the `<` of each element that has an id. */
    private readonly offsets: ReadonlyMap<string, number>,
  ) {
    for (let at = xml.indexOf('\n'); at >= 0; at = xml.indexOf('\n', at + 1)) this.lineStarts.push(at + 1);
  }

  /** Where the element with this id opens; nulls when it is not known. */
  of(elementId: string | null): Location {
    const offset = elementId === null ? undefined : this.offsets.get(elementId);
    return offset === undefined ? { line: null, column: null } : this.at(offset);
  }

  /** The place of an offset. */
  at(offset: number): { readonly line: number; readonly column: number } {
    let low = 0;
    let high = this.lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.lineStarts[low] ?? 0) + 1 };
  }
}
