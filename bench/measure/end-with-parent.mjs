/**
 * Ends what this measuring program started when the benchmark itself has gone, so that no server is left behind.
 * @param {() => unknown} end
 */
export function endWithParent(end) {
  process.once('SIGTERM', () => leave(end));
  process.once('disconnect', () => leave(end));
  // Hearing of it must not keep a program alive that is done.
  process.channel?.unref();
}

/** @param {() => unknown} end */
function leave(end) {
  Promise.resolve(end()).finally(() => process.exit(1));
}
