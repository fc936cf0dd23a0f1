import { OptionalText, OptionalTexts, OptionalVariables } from '../../requests/fields.js';

/** The whole trail of the tenant is checked; what is chosen is against what. */
export class VerifyAuditTrailData {
  @OptionalVariables('As GetAuditCheckpoint has answered it: the chain must still have that seal.')
  checkpoint?: Record<string, unknown>;

  @OptionalTexts('Public keys (Ed25519, PEM) whose checkpoints and statements are believed; without it, the key of this server.')
  trustedKeys?: string[];

  @OptionalText('The same key again gives the same answer, once done.', 255)
  idempotencyKey?: string;
}
