import { Injectable } from '@nestjs/common';
import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey, type JWTVerifyOptions } from 'jose';
import { permissionsOf } from '../../application/access/roles.js';
import type { JwtConfig } from '../../config.js';
import type { Principal } from './principal.js';

/** Asymmetric algorithms that a key set may use; pinned, so that a token cannot choose HS256 with a public key as its secret. */
const ASYMMETRIC = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
/** Clocks may differ by this much, in s. */
const TOLERANCE_S = 5;
/** Verified tokens are remembered for at most this long, in ms. */
const REMEMBER_MS = 60_000;
const CAPACITY = 10_000;
/** A key that is not known makes the key set be read anew, so that keys can be rotated; at most this often, in ms. */
const KEY_SET_COOLDOWN_MS = 2_000;
/** Longest wait for the key set, in ms. */
const KEY_SET_TIMEOUT_MS = 5_000;
/** Longest subject: it is the actor in the audit trail. */
const SUBJECT_LENGTH = 255;
const KEY_SET_OPTIONS = { cooldownDuration: KEY_SET_COOLDOWN_MS, timeoutDuration: KEY_SET_TIMEOUT_MS };
const KEY_SET_FAULTS = new Set(['ERR_JOSE_GENERIC', 'ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID']);

/** Why a token is not accepted, as a sentence for the log; the caller only learns that it is not. */
export class TokenRefused extends Error {
  override readonly name = 'TokenRefused';
}

/** The key set cannot be had: nothing is known of the token. */
export class KeySetUnavailable extends Error {
  override readonly name = 'KeySetUnavailable';
}

/** JSON Web Tokens (CONTRACT section 1): `sub`, `tenants` or `tenant`, `roles`, `permissions`. `exp` is required. */
@Injectable()
export class JwtVerifier {
  private readonly remembered = new Map<string, { readonly principal: Principal; readonly until: number }>();
  private readonly key: Uint8Array | null;
  private readonly keySet: JWTVerifyGetKey | null;

  constructor(private readonly config: JwtConfig) {
    this.key = config.secret === null ? null : new TextEncoder().encode(config.secret);
    this.keySet = config.jwksUrl === null ? null : createRemoteJWKSet(new URL(config.jwksUrl), KEY_SET_OPTIONS);
  }

  get isConfigured(): boolean {
    return this.key !== null || this.keySet !== null;
  }

  /** @throws TokenRefused or KeySetUnavailable */
  async verify(token: string): Promise<Principal> {
    const known = this.remembered.get(token);
    if (known && known.until > Date.now()) return known.principal;
    this.remembered.delete(token);
    const payload = await this.payloadOf(token);
    const principal = toPrincipal(payload);
    if (this.remembered.size >= CAPACITY) this.remembered.clear();
    this.remembered.set(token, { principal, until: Math.min(Date.now() + REMEMBER_MS, (payload.exp ?? 0) * 1_000) });
    return principal;
  }

  private async payloadOf(token: string): Promise<JWTPayload> {
    const { issuer, audience } = this.config;
    const options: JWTVerifyOptions = {
      clockTolerance: TOLERANCE_S,
      requiredClaims: ['sub', 'exp'],
      ...(issuer === null ? {} : { issuer }),
      ...(audience === null ? {} : { audience }),
    };
    try {
      if (this.keySet && !isSymmetric(token))
        return (await jwtVerify(token, this.keySet, { ...options, algorithms: ASYMMETRIC })).payload;
      if (this.key) return (await jwtVerify(token, this.key, { ...options, algorithms: ['HS256'] })).payload;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw isTokensFault(error) ? new TokenRefused(message) : new KeySetUnavailable(message, { cause: error });
    }
    throw new TokenRefused('no key is configured for this kind of token');
  }
}

/** Everything that `jose` says of a token has a code of its own; what else happens is about fetching the key set. */
function isTokensFault(error: unknown): boolean {
  return error instanceof errors.JOSEError && !KEY_SET_FAULTS.has(error.code);
}

/** Only chooses between the two configured keys; each then accepts its own algorithms alone. */
function isSymmetric(token: string): boolean {
  try {
    const header = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString('utf8')) as { alg?: unknown };
    return typeof header.alg === 'string' && header.alg.startsWith('HS');
  } catch {
    return false;
  }
}

/** @throws TokenRefused where the subject cannot be named in the trail */
function toPrincipal(payload: JWTPayload): Principal {
  // What a token holds is checked by its signer only.
  const sub: unknown = payload.sub;
  if (typeof sub !== 'string' || sub.trim() === '' || sub.length > SUBJECT_LENGTH)
    throw new TokenRefused(`"sub" claim must be a text of 1 to ${SUBJECT_LENGTH} characters`);
  const tenants = [...texts(payload['tenants']), ...texts(payload['tenant'])];
  const roles = texts(payload['roles']);
  return {
    actor: { type: roles.length > 0 && roles.every((role) => role === 'worker') ? 'worker' : 'user', id: sub },
    tenants: new Set(tenants),
    permissions: new Set([...texts(payload['permissions']), ...permissionsOf(roles)]),
  };
}

function texts(value: unknown): string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((each): each is string => typeof each === 'string' && each !== '');
}
