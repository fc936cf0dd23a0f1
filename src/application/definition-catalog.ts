import { Injectable } from '@nestjs/common';
import { DefinitionStore, type DefinitionRecord } from './ports/readers.js';

/** How long another node's change of a definition may go unnoticed here, in ms. */
const FRESH_MS = 1_000;
/** Look-ups kept. */
const CAPACITY = 10_000;

interface Found {
  readonly record: DefinitionRecord | null;
  readonly until: number;
}

/** Definitions as starts look them up: remembered for a second, forgotten at once when this node changes one. */
@Injectable()
export class DefinitionCatalog {
  private readonly found = new Map<string, Found>();

  constructor(private readonly store: DefinitionStore) {}

  byId(tenantId: string, id: number): Promise<DefinitionRecord | null> {
    return this.lookUp(`${tenantId}\u0000id\u0000${id}`, () => this.store.findById(tenantId, id));
  }

  byProcessKey(tenantId: string, processKey: string): Promise<DefinitionRecord | null> {
    return this.lookUp(`${tenantId}\u0000key\u0000${processKey}`, () => this.store.findByProcessKey(tenantId, processKey));
  }

  /** Call after every change of a definition. */
  forget(): void {
    this.found.clear();
  }

  private async lookUp(key: string, load: () => Promise<DefinitionRecord | null>): Promise<DefinitionRecord | null> {
    const known = this.found.get(key);
    const now = performance.now();
    if (known && known.until > now) return known.record;
    const record = await load();
    if (this.found.size >= CAPACITY) this.found.clear();
    this.found.set(key, { record, until: now + FRESH_MS });
    return record;
  }
}
