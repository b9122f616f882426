import { setTimeout as pause } from 'node:timers/promises';
import type { Connection } from 'mysql2';
import { faultKind, mayPassSoon, SilentServerError, WrongServerError } from './fault-kind';
import { breakConnection, prepareSession } from './mysql-connection';
import { readServerNode, takesWrites, type ServerNode } from './server-node';
import { rememberSession } from './server-session';

/**
 * The longest that a connection is used. The name of a server may come to lead elsewhere without a word
 * to those who are connected: after this time nobody uses such a connection any more.
 */
const AGE_MAX_MS = 60_000;
/** Time limit for the statements that prepare a connection, once it is connected. */
const SETUP_LIMIT_MS = 1_500;
/** Time limit for the statement before each use. */
const PROOF_LIMIT_MS = 1_000;
/**
 * How long reads wait for a server that takes writes, from the first failure on: longer than a planned
 * switch takes. After that they fail at once, so that a request never waits twice.
 */
const PATIENCE_MS = 2_000;
/** Pause before something runs again on another connection; the first time there is none. */
export const RERUN_PAUSE_MS = 50;

/** Gets to know the servers that a pool is connected to. */
export interface NodeObserver {
  /**
   * @param before the server whose connections are dropped because of this one; absent if it has served
   * already, or is the first one
   */
  nodeServes(node: ServerNode, before?: ServerNode): void;
}

/**
 * The connections of one pool. Each leads to a server that takes writes: it proves that when it is made,
 * and again before each use, so that no write and no read goes to a server whose place another has
 * taken. When one turns out to lead elsewhere, all older ones are dropped.
 *
 * See docs/adr/0013-the-writer-may-change.md.
 */
export class WriterConnections {
  /** Connections of an earlier generation are not used again. */
  #generation = 0;
  readonly #made = new WeakMap<object, { readonly generation: number; readonly at: number }>();
  #node: ServerNode | undefined;
  /** Behind an address with several writers, connections lead to one and another in turn. */
  readonly #knownIds = new Set<string>();
  /** When a failure was seen that no success has followed yet. */
  #failingSince: number | undefined;

  constructor(private readonly observer?: NodeObserver) {}

  /**
   * Prepares a new connection, or closes it.
   *
   * @throws WrongServerError if its server takes no writes
   */
  async prepare(connection: Connection): Promise<void> {
    try {
      await withinLimit(connection, SETUP_LIMIT_MS, async () => {
        const node = await readServerNode(connection);
        if (!node.takesWrites) throw new WrongServerError(node.name);
        await prepareSession(connection, node);
        await rememberSession(connection, node);
        this.#note(node);
      });
    } catch (error) {
      // The connection is not in the pool yet, so nothing else would close it.
      connection.destroy();
      this.noteFault(error);
      throw error;
    }
    this.#made.set(connection, { generation: this.#generation, at: performance.now() });
  }

  /** Whether a connection may be used again. */
  isCurrent(connection: object): boolean {
    const made = this.#made.get(connection);
    return made?.generation === this.#generation && performance.now() - made.at < AGE_MAX_MS;
  }

  /**
   * Asks the server of a connection that is about to be used.
   *
   * @throws WrongServerError if it takes no writes
   */
  async prove(connection: Connection): Promise<void> {
    try {
      const isWriter = await withinLimit(connection, PROOF_LIMIT_MS, () => takesWrites(connection));
      if (!isWriter) throw new WrongServerError(this.#node?.name ?? 'of this connection');
      this.#failingSince = undefined;
    } catch (error) {
      this.noteFault(error);
      throw error;
    }
  }

  /** Drops all connections made so far if the error says that they lead to the wrong server. */
  noteFault(error: unknown): void {
    if (!mayPassSoon(error)) return;
    this.#failingSince ??= performance.now();
    this.#knownIds.clear();
    if (faultKind(error) === 'wrong server') this.#generation += 1;
  }

  /** Runs a read again, on other connections, while it may soon find a server that takes writes. */
  async retryRead<T>(read: () => Promise<T>): Promise<T> {
    const limit = performance.now() + PATIENCE_MS;
    for (let tries = 1; ; tries += 1) {
      try {
        return await read();
      } catch (error) {
        if (!mayPassSoon(error) || performance.now() > Math.min(limit, this.#patienceEndsAt())) {
          throw error;
        }
        if (tries > 1) await pause(RERUN_PAUSE_MS);
      }
    }
  }

  #patienceEndsAt(): number {
    return (this.#failingSince ?? performance.now()) + PATIENCE_MS;
  }

  /** An address that leads to another server than before has left the former one behind. */
  #note(node: ServerNode): void {
    const before = this.#node;
    const isOther = before?.id !== node.id && !this.#knownIds.has(node.id);
    this.#knownIds.add(node.id);
    if (isOther) this.#node = node;
    if (isOther && before) {
      this.#generation += 1;
      this.observer?.nodeServes(node, before);
    } else {
      this.observer?.nodeServes(node);
    }
  }
}

/** Breaks the connection if its server does not respond in time. */
async function withinLimit<T>(
  connection: Connection,
  limitMs: number,
  work: () => Promise<T>,
): Promise<T> {
  let turn: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => {
    // If this process was busy, the answer may be there and only not read yet.
    turn = setImmediate(() => {
      breakConnection(connection, new SilentServerError(limitMs));
    });
  }, limitMs);
  try {
    return await work();
  } finally {
    clearTimeout(timer);
    clearImmediate(turn);
  }
}
