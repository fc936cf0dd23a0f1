/** Principals that are remembered; when there are more, all begin afresh. */
const CAPACITY = 100_000;

interface Bucket {
  tokens: number;
  at: number;
}

/** A token bucket for each key: `perSecond` requests on average, bursts of twice that. */
export class RateLimiter {
  private readonly buckets = new Map<string, Bucket>();

  constructor(private readonly perSecond: number) {}

  /** Null: go on. Else the seconds after which to come again, at least 1. */
  refuse(key: string, now: number = performance.now()): number | null {
    if (this.perSecond === 0) return null;
    const burst = this.perSecond * 2;
    const bucket = this.buckets.get(key) ?? { tokens: burst, at: now };
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1_000) * this.perSecond);
    bucket.at = now;
    if (this.buckets.size >= CAPACITY) this.buckets.clear();
    this.buckets.set(key, bucket);
    if (bucket.tokens < 1) return Math.max(1, Math.ceil((1 - bucket.tokens) / this.perSecond));
    bucket.tokens -= 1;
    return null;
  }
}
