import { hash } from 'node:crypto';
import type { Incident } from '../../engine/index.js';
import type { FailureFingerprint } from '../ports/failures.js';
import type { InstanceHeader } from '../ports/instance-store.js';
import { patternOf } from './message-pattern.js';

/** Hex digits of a fingerprint: 96 bits. */
const DIGITS = 24;

/**
 * What a failure has in common with others of its cause: tenant, definition (whatever its version), element, error code and class,
 * and its message without what changes from case to case.
 */
export function fingerprintOf(
  { tenantId, definitionId }: Pick<InstanceHeader, 'tenantId' | 'definitionId'>,
  elementId: string,
  { code, errorClass, message }: Pick<Incident, 'code' | 'errorClass' | 'message'>,
): FailureFingerprint {
  const pattern = patternOf(message);
  const parts = JSON.stringify([tenantId, definitionId, elementId, code, errorClass, pattern]);
  return { fingerprint: hash('sha256', parts, 'hex').slice(0, DIGITS), pattern };
}
