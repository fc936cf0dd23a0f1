import { startEmbeddedPostgres } from '../../src/storage/embedded-postgres/index.js';

/** A Node process that holds an embedded server until its input closes: for tests that kill it, and for the test run itself. */
const [, , dataDir = ''] = process.argv;
const server = await startEmbeddedPostgres({ dataDir, log: (message) => process.stderr.write(`${message}\n`) });
process.stdin.resume();
process.stdin.once('end', () => {
  void server.stop().then(() => process.exit(0));
});
process.stdout.write(`${server.url}\n`);
