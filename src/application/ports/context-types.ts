/** The kinds of business objects that instances may be about, as the server is configured. */
export abstract class ContextTypes {
  /** The name configured for `contextTypeId`; undefined where there is none. */
  abstract nameOf(contextTypeId: number): string | undefined;
}
