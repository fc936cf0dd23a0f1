/** Longest guid (CONTRACT section 6: as a client's own). */
const GUID_LENGTH = 255;

/** The guid of a call activity's child, the same whoever makes it. `run` from 1. */
export function childGuid(parentGuid: string, elementInstanceId: number, run: number): string {
  return runGuid(bounded(`${parentGuid}~${elementInstanceId}`), run);
}

/** The guid of a later run; the first one keeps its own. No child has it: those have a number behind the tilde. */
export function runGuid(firstGuid: string, run: number): string {
  return run === 1 ? firstGuid : bounded(`${firstGuid}~run${run}`);
}

/** One that is too long keeps its beginning; 128 bits of hash stand for all of it. */
function bounded(guid: string): string {
  if (guid.length <= GUID_LENGTH) return guid;
  const hash = [0x811c9dc5, 0x9747b28c, 0x3c6ef372, 0xa54ff53a].map((seed) => hashOf(guid, seed)).join('');
  return `${guid.slice(0, GUID_LENGTH - hash.length - 1)}~${hash}`;
}

/** Fowler-Noll-Vo (FNV-1a) from another beginning, its bits mixed; eight hexadecimal digits. */
function hashOf(text: string, seed: number): string {
  let hash = seed;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return ((hash ^ (hash >>> 16)) >>> 0).toString(16).padStart(8, '0');
}
