import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto';
import type { AuditSignature } from '../contract/audit-checkpoint.js';

/** The key under which this server makes statements about its audit trail. */
export class AuditKey {
  readonly keyId: string;
  /** PEM (SubjectPublicKeyInfo). */
  readonly publicKey: string;

  private constructor(private readonly key: KeyObject) {
    const publicKey = createPublicKey(key);
    this.keyId = keyIdOf(publicKey);
    this.publicKey = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  }

  /** @throws RangeError where the text is no private key of Ed25519 in PEM (PKCS#8) */
  static ofPem(pem: string): AuditKey {
    return new AuditKey(readKey(() => createPrivateKey(pem), 'a private key of Ed25519 in PEM (PKCS#8)'));
  }

  /** A new one, as PEM (PKCS#8). */
  static generate(): string {
    return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  }

  sign(text: string): AuditSignature {
    const { keyId, publicKey } = this;
    return { keyId, publicKey, signature: sign(null, Buffer.from(text), this.key).toString('base64') };
  }
}

/** The keys whose statements are believed. What a statement says of its own key counts for nothing. */
export class TrustedKeys {
  private readonly keys: ReadonlyMap<string, KeyObject>;

  /** @throws RangeError where one is no public key of Ed25519 in PEM */
  constructor(pems: readonly string[]) {
    const keys = pems.map((pem) => readKey(() => createPublicKey(pem), 'a public key of Ed25519 in PEM'));
    this.keys = new Map(keys.map((key) => [keyIdOf(key), key]));
  }

  /** Whether one of them has signed this text. */
  have(text: string, { keyId, signature }: AuditSignature): boolean {
    const key = this.keys.get(keyId);
    return key !== undefined && verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64'));
  }
}

function readKey(read: () => KeyObject, expected: string): KeyObject {
  let key: KeyObject | null = null;
  try {
    key = read();
  } catch {
    // What OpenSSL says of it helps nobody.
  }
  if (key?.asymmetricKeyType !== 'ed25519') throw new RangeError(`Expected ${expected}, but found something else`);
  return key;
}

function keyIdOf(publicKey: KeyObject): string {
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('hex').slice(0, 16);
}
