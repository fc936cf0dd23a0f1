import type { Locations } from './locations.js';

/** What is wrong, or doubtful, in a model. */
export interface ModelProblem {
  /** The element, or the nearest one around it that has an id. */
  readonly elementId: string | null;
  /** From 1. */
  readonly line: number | null;
  /** From 1. */
  readonly column: number | null;
  /** Kebab-case, stable. */
  readonly rule: string;
  /** "Expected ..., but ..." */
  readonly message: string;
  /** What to do instead, if that is known. */
  readonly hint: string | null;
}

/** Says one thing about one element. */
export interface Report {
  error(rule: string, message: string, hint?: string): void;
  warning(rule: string, message: string, hint?: string): void;
}

/** Gathers all problems of a model, so that they are told at once. */
export class Problems {
  readonly errors: ModelProblem[] = [];
  readonly warnings: ModelProblem[] = [];

  constructor(private readonly locations: Locations) {}

  /** The reporter for one element. */
  of(elementId: string | null): Report {
    return {
      error: (rule, message, hint) => void this.errors.push(this.problem(elementId, rule, message, hint)),
      warning: (rule, message, hint) => void this.warnings.push(this.problem(elementId, rule, message, hint)),
    };
  }

  private problem(elementId: string | null, rule: string, message: string, hint: string | undefined): ModelProblem {
    const { line, column } = this.locations.of(elementId);
    return { elementId, line, column, rule, message, hint: hint ?? null };
  }
}
