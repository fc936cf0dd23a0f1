import { invalidField } from './invalid-request.js';

/**
 * Children and later runs are named by us, so that starting one twice is one start: nobody else may take such a name first.
 * @throws InvalidRequest
 */
export function refuseMadeGuid(field: string, guid: string | undefined): void {
  if (guid?.includes('~'))
    throw invalidField(field, 'format', `${field} must not contain '~', which names children and later runs`);
}
