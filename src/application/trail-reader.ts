import { Injectable } from '@nestjs/common';
import { InstanceReader } from './ports/readers.js';
import type { LiveInstance, Trail } from './session/live-instance.js';

/** The ended visits of an instance: from memory where this node saw all of them, else from their rows. */
@Injectable()
export class TrailReader {
  constructor(private readonly reader: InstanceReader) {}

  async trailOf({ header, state, trail }: LiveInstance): Promise<Trail> {
    return trail ?? (await this.reader.endedTrail({ id: header.id, startedAt: state.startedAt }));
  }
}
