/** The loop that acts on what falls due. */
export abstract class DueWork {
  /**
   * Acts on all that is due now, and on what becomes due by it; resolves when nothing is left and the attempts that began by
   * it have ended, or after ten seconds. Returns how many rows fired.
   */
  abstract runAllDue(): Promise<number>;
}
