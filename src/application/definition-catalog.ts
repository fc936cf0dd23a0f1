import { Injectable } from '@nestjs/common';
import { DefinitionStore, type DefinitionRecord } from './ports/readers.js';

/** How long another node's change of a definition may go unnoticed here, in ms. */
const FRESH_MS = 1_000;
/** Look-ups kept. */
const CAPACITY = 10_000;

interface Found {
  readonly record: DefinitionRecord;
  readonly until: number;
}

/**
 * Definitions as starts look them up: remembered for a second, forgotten at once when this node changes one. What was not
 * found is not remembered: another node may deploy it in the next moment.
 */
@Injectable()
export class DefinitionCatalog {
  private found = new Map<string, Found>();

  constructor(private readonly store: DefinitionStore) {}

  byId(tenantId: string, id: number): Promise<DefinitionRecord | null> {
    return this.lookUp(`${tenantId}\u0000id\u0000${id}`, () => this.store.findById(tenantId, id));
  }

  byProcessKey(tenantId: string, processKey: string): Promise<DefinitionRecord | null> {
    return this.lookUp(`${tenantId}\u0000key\u0000${processKey}`, () => this.store.findByProcessKey(tenantId, processKey));
  }

  /** Call after every change of a definition. */
  forget(): void {
    // A new map, so that a look-up under way, which may have read the old record, keeps it where nobody looks.
    this.found = new Map();
  }

  private async lookUp(key: string, load: () => Promise<DefinitionRecord | null>): Promise<DefinitionRecord | null> {
    const { found } = this;
    const known = found.get(key);
    const now = performance.now();
    if (known && known.until > now) return known.record;
    const record = await load();
    if (found.size >= CAPACITY) found.clear();
    if (record) found.set(key, { record, until: now + FRESH_MS });
    return record;
  }
}
