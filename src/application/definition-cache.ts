import { Injectable } from '@nestjs/common';
import { readModel } from '../bpmn/index.js';
import type { ProcessDefinition } from '../engine/index.js';
import { DefinitionStore } from './ports/readers.js';

/** Compiled versions that are kept; the one compiled first goes first. */
const CAPACITY = 500;

/** The version is not stored: its definition was deleted. */
export class UnknownVersion extends Error {
  override readonly name = 'UnknownVersion';
}

/** Compiled definitions by version: compiled once per process, on first use. */
@Injectable()
export class DefinitionCache {
  private readonly compiled = new Map<string, Promise<ProcessDefinition>>();
  /** The same, where the promise has been fulfilled: the hot path does not wait. */
  private readonly ready = new Map<string, ProcessDefinition>();

  constructor(private readonly store: DefinitionStore) {}

  /** Without waiting; undefined when it is not compiled yet. */
  peek(definitionId: number, version: number): ProcessDefinition | undefined {
    return this.ready.get(`${definitionId}/${version}`);
  }

  /** @throws Error when the stored model is gone or no longer compiles: a bug or a damaged database. */
  async get(definitionId: number, version: number): Promise<ProcessDefinition> {
    const key = `${definitionId}/${version}`;
    const known = this.compiled.get(key);
    if (known) return known;
    const compiling = this.compile(definitionId, version);
    this.compiled.set(key, compiling);
    compiling.then(
      (definition) => this.keep(key, definition),
      () => this.compiled.delete(key),
    );
    return compiling;
  }

  /** A version that was just deployed needs not be compiled again. */
  remember(definitionId: number, version: number, definition: ProcessDefinition): void {
    const key = `${definitionId}/${version}`;
    this.compiled.set(key, Promise.resolve(definition));
    this.keep(key, definition);
  }

  /** The definition was deleted. */
  forget(definitionId: number): void {
    for (const key of [...this.compiled.keys()]) {
      if (!key.startsWith(`${definitionId}/`)) continue;
      this.compiled.delete(key);
      this.ready.delete(key);
    }
  }

  private keep(key: string, definition: ProcessDefinition): void {
    this.ready.set(key, definition);
    if (this.ready.size <= CAPACITY) return;
    const oldest = this.ready.keys().next().value;
    if (oldest !== undefined) {
      this.ready.delete(oldest);
      this.compiled.delete(oldest);
    }
  }

  private async compile(definitionId: number, version: number): Promise<ProcessDefinition> {
    const stored = await this.store.loadVersion(definitionId, version);
    if (!stored) throw new UnknownVersion(`Expected definition ${definitionId} to have version ${version}, but it is not stored`);
    const model = await readModel(stored.xml);
    const process = model.kind === 'accepted' ? model.processes.find((each) => each.key === stored.processKey) : undefined;
    if (!process)
      throw new Error(
        `Expected the stored model of definition ${definitionId} version ${version} to compile with process '${stored.processKey}'`,
      );
    return process;
  }
}
