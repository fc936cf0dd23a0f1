import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts CPU in ticks of this length (USER_HZ is 100 on every platform that Node runs on). */
const TICK_MS = 10;

/** CPU time of this process with all its threads so far, in ms. */
export function ownCpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/**
 * CPU time of a process and its children so far, in ms. Children that have ended are in it: their parent waited for them,
 * and the kernel adds their time to the parent's.
 * @param {number} pid
 * @returns {number | null} Null where there is no /proc, or no such process.
 */
export function treeCpuMs(pid) {
  const root = readStat(pid);
  if (root === null) return null;
  let sum = root.ownMs + root.endedChildrenMs;
  for (const entry of readdirSync('/proc')) {
    const child = /^\d+$/.test(entry) ? readStat(Number(entry)) : null;
    if (child?.parent === pid) sum += child.ownMs + child.endedChildrenMs;
  }
  return sum;
}

/**
 * Resident memory of one process, in MiB.
 * @param {number} pid
 * @returns {number | null} Null where there is no /proc, or no such process.
 */
export function residentMib(pid) {
  try {
    const found = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return found === null ? null : Number(found[1]) / 1024;
  } catch {
    return null;
  }
}

/** @param {number} pid */
function readStat(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in parentheses and may hold anything; the rest is counted from behind it.
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [, parent = 0] = fields;
    const [own = 0, ownSystem = 0, ended = 0, endedSystem = 0] = fields.slice(11, 15);
    return { parent, ownMs: (own + ownSystem) * TICK_MS, endedChildrenMs: (ended + endedSystem) * TICK_MS };
  } catch {
    return null;
  }
}
