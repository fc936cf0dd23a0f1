import { SignJWT } from 'jose';

/** For `REPRISE_JWT_SECRET`. */
export const JWT_SECRET = 'a-secret-for-tests-of-32-bytes-or-more';

/** A token signed with the secret, for an hour unless `claims` say otherwise; a claim that is undefined is left out. */
export function signToken(claims: Readonly<Record<string, unknown>>, secret = JWT_SECRET, algorithm = 'HS256'): Promise<string> {
  return new SignJWT({ sub: 'olga', tenant: 'default', permissions: ['*'], exp: inSeconds(3_600), ...claims })
    .setProtectedHeader({ alg: algorithm })
    .sign(new TextEncoder().encode(secret));
}

/** Epoch seconds, as a token's claims have them. */
export function inSeconds(seconds: number): number {
  return Math.floor(Date.now() / 1_000) + seconds;
}
