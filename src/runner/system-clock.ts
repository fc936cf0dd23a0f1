import { Clock } from '../application/ports/clock.js';

/** The machine's time, moved forward by what a test has asked for. */
export class SystemClock extends Clock {
  private ahead = 0;

  constructor(readonly isMovable: boolean) {
    super();
  }

  now(): number {
    return Date.now() + this.ahead;
  }

  advance(ms: number): void {
    this.ahead += ms;
  }
}
