import { hash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ApiTokenStore, type ApiToken } from '../ports/stores.js';

/** How long another node's revocation may go unnoticed here, in ms. */
const FRESH_MS = 1_000;
/** Look-ups kept; unknown tokens are among them, so that guessing does not reach the database each time. */
const CAPACITY = 10_000;

interface Found {
  readonly token: ApiToken | null;
  readonly until: number;
}

/** SHA-256 of an API token's secret, in hex: all that is ever stored of it. */
export function hashToken(secret: string): string {
  return hash('sha256', secret, 'hex');
}

/** API tokens by their secret: remembered for a second, forgotten at once when this node changes one. */
@Injectable()
export class TokenLookup {
  private readonly found = new Map<string, Found>();

  constructor(private readonly store: ApiTokenStore) {}

  /** The live token with this secret; null when there is none, or it is revoked or expired. */
  async find(secret: string): Promise<ApiToken | null> {
    const hash = hashToken(secret);
    const now = performance.now();
    const known = this.found.get(hash);
    const token = known && known.until > now ? known.token : await this.load(hash, now);
    if (!token || token.revokedAt !== null) return null;
    return token.expiresAt !== null && token.expiresAt.getTime() <= Date.now() ? null : token;
  }

  /** Call after every change of a token. */
  forget(): void {
    this.found.clear();
  }

  private async load(hash: string, now: number): Promise<ApiToken | null> {
    const token = await this.store.findByHash(hash);
    if (this.found.size >= CAPACITY) this.found.clear();
    this.found.set(hash, { token, until: now + FRESH_MS });
    return token;
  }
}
