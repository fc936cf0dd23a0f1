import { setTimeout as delay } from 'node:timers/promises';
import { prepareBinaries, type Binaries } from './binaries.js';
import { prepareCluster, type Cluster } from './cluster.js';
import { awaitReady, findRunningServer, ServerEnded, urlOf } from './running-server.js';
import { chooseHome, findServerAccount, type ServerAccount } from './server-account.js';
import { findFreePort, launchServer, type ServerProcess } from './server-process.js';

export interface EmbeddedPostgresOptions {
  /** Where the data is kept; made when missing. */
  readonly dataDir: string;
  /** Told in sentences what a person should know. */
  readonly log: (message: string) => void;
  /** Package with the binaries; for tests. */
  readonly packageDir?: string;
}

export interface EmbeddedPostgres {
  readonly url: string;
  /** Shuts the server down if it is ours; one that another process started goes on. */
  stop(): Promise<void>;
}

/** Starts of one server that may fail before we give up: a lost port, a predecessor that has not quite gone. */
const STARTS = 20;

/**
 * A real PostgreSQL without set-up, on a random port of 127.0.0.1. Where a server runs on the directory already, that one is
 * used. Ours is started again, on the same port, when it is killed; it ends with this process, however that ends.
 * @throws Error with advice where there is no build for the platform or the directory cannot be used.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const account = await findServerAccount();
  const home = await chooseHome(options.dataDir, account, options.log);
  const binaries = await prepareBinaries(home, account, options.packageDir);
  const cluster = await prepareCluster(home, binaries, account);
  let failure: unknown;
  for (let start = 0; start < STARTS; start++) {
    const running = await findRunningServer(cluster);
    if (running !== null) return useRunning(cluster, running, options.log);
    const port = await findFreePort();
    try {
      const server = await startOn(cluster, binaries, account, port);
      return new KeptServer(cluster, binaries, account, port, server, options.log);
    } catch (error) {
      if (!(error instanceof ServerEnded)) throw error;
      failure = error;
      await delay(50 * start);
    }
  }
  throw failure;
}

function useRunning(cluster: Cluster, port: number, log: (message: string) => void): EmbeddedPostgres {
  log(`A PostgreSQL server runs on this directory already (port ${port}); using it.`);
  return { url: urlOf(cluster, port), stop: () => Promise.resolve() };
}

async function startOn(
  cluster: Cluster,
  binaries: Binaries,
  account: ServerAccount | null,
  port: number,
): Promise<ServerProcess> {
  const server = await launchServer(cluster, binaries, account, port);
  await awaitReady(cluster, port, server.ended);
  return server;
}

/** A server of ours, brought back when it ends without our asking. */
class KeptServer implements EmbeddedPostgres {
  readonly url: string;
  private stopping = false;
  private restarting: Promise<void> = Promise.resolve();

  constructor(
    private readonly cluster: Cluster,
    private readonly binaries: Binaries,
    private readonly account: ServerAccount | null,
    private readonly port: number,
    private server: ServerProcess,
    private readonly log: (message: string) => void,
  ) {
    this.url = urlOf(cluster, port);
    this.watch();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.restarting;
    await this.server.stop();
  }

  private watch(): void {
    this.server.ended.catch((error: unknown) => {
      if (this.stopping) return;
      this.log(`${String(error)}. Starting it again.`);
      this.restarting = this.restart();
    });
  }

  private async restart(): Promise<void> {
    for (let start = 0; !this.stopping; start++) {
      try {
        this.server = await startOn(this.cluster, this.binaries, this.account, this.port);
        this.watch();
        return;
      } catch (error) {
        if (start % 50 === 0) this.log(`The embedded PostgreSQL cannot be started again yet: ${String(error)}`);
        await delay(Math.min(50 * (start + 1), 1_000));
      }
    }
  }
}
