/** A JSON object as it comes and goes: what is in it is the business of who sent it. */
export interface JsonObject {
  readonly [key: string]: unknown;
}
