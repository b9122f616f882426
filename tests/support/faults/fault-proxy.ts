import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** The condition of the network between a server and its database. */
export interface Weather {
  /** Delay of each chunk, plus a random part. */
  readonly latencyMs?: number;
  readonly jitterMs?: number;
  /** Everything arrives in pieces of this size. */
  readonly sliceBytes?: number;
  readonly bytesPerSecond?: number;
  /** A connection is reset once the database has sent so many bytes on it. */
  readonly resetAfterBytes?: number;
  /** Packets are dropped in both directions, without an error. */
  readonly isSilent?: boolean;
}

/** An error that the client gets instead of the database's answer. */
export interface InjectedError {
  readonly errno: number;
  readonly sqlState: string;
  /** Whether the database has rolled the whole transaction back, or only refuses the statement. */
  readonly endsTransaction: boolean;
}

/** What happens to one statement. */
export type Verdict =
  | { readonly kind: 'pass' }
  /** The connection is reset and the statement not forwarded. */
  | { readonly kind: 'cut before' }
  /** It is forwarded, and the connection is reset at once: it may have been executed. */
  | { readonly kind: 'cut at once' }
  /** It is forwarded and executed, and the connection is reset when the answer comes back. */
  | { readonly kind: 'cut after' }
  /** It is swallowed, and the connection is silent from then on. */
  | { readonly kind: 'silence' }
  | { readonly kind: 'fail'; readonly error: InjectedError }
  /** It is forwarded and executed, and the client gets an error instead of its answer. */
  | { readonly kind: 'fail after'; readonly error: InjectedError };

/** Decides on each statement, in order: the SQL, or `EXECUTE` for a prepared one. */
export type Judge = (sql: string) => Verdict;

export const PASS: Verdict = { kind: 'pass' };

const COM_QUERY = 0x03;
const COM_STMT_PREPARE = 0x16;
const COM_STMT_EXECUTE = 0x17;
const HEADER_BYTES = 4;
/** Before the text of each query to MySQL, but not to MariaDB: no attributes, in one set. */
const NO_ATTRIBUTES = Buffer.from([0, 1]);
const MS_PER_SECOND = 1_000;

/** A proxy between a server and its MySQL database that breaks connections on request. */
export class FaultProxy {
  weather: Weather = {};
  judge: Judge = () => PASS;
  readonly #links = new Set<Link>();

  private constructor(
    private readonly listener: Server,
    /** Where new connections lead; those that are open stay where they are. */
    public targetPort: number,
  ) {
    listener.on('connection', (client: Socket) => {
      const link: Link = new Link(client, connect(this.targetPort, '127.0.0.1'), this, () => {
        this.#links.delete(link);
      });
      this.#links.add(link);
    });
  }

  static async start(targetPort: number): Promise<FaultProxy> {
    const listener = createServer();
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    return new FaultProxy(listener, targetPort);
  }

  get port(): number {
    return (this.listener.address() as AddressInfo).port;
  }

  /** Back to a network without faults. Broken connections stay broken. */
  heal(): void {
    this.weather = {};
    this.judge = () => PASS;
  }

  /** Resets all connections. */
  resetAll(): void {
    for (const link of this.#links) link.reset();
  }

  async close(): Promise<void> {
    this.resetAll();
    this.listener.close();
    await once(this.listener, 'close');
  }
}

/** One connection through the proxy. */
class Link {
  #isSilent = false;
  /** What stands between the command and the text of each query. */
  #beforeQuery: Buffer = Buffer.alloc(0);
  /** Replaces the handling of the next chunk from the database. */
  #onAnswer: ((link: Link) => void) | undefined;
  #pending = Buffer.alloc(0);
  #received = 0;

  constructor(
    private readonly client: Socket,
    private readonly database: Socket,
    private readonly proxy: FaultProxy,
    private readonly onClose: () => void,
  ) {
    client.setNoDelay(true);
    database.setNoDelay(true);
    void this.#pump(client, (chunk) => this.#fromClient(chunk));
    void this.#pump(database, (chunk) => this.#fromDatabase(chunk));
  }

  reset(): void {
    this.client.resetAndDestroy();
    this.database.destroy();
    this.onClose();
  }

  async #pump(from: Socket, carry: (chunk: Buffer) => Promise<void>): Promise<void> {
    try {
      for await (const chunk of from) await carry(chunk as Buffer);
    } catch {
      // The test that broke the connection expects it.
    }
    // On a silent network neither side notices that the other closes.
    if (this.#isSilent) return;
    this.client.destroy();
    this.database.destroy();
    this.onClose();
  }

  async #fromClient(chunk: Buffer): Promise<void> {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    for (let packet = this.#takePacket(); packet; packet = this.#takePacket()) {
      if (hasAttributes(packet)) this.#beforeQuery = NO_ATTRIBUTES;
      const sql = statementIn(packet, this.#beforeQuery);
      const verdict = sql === undefined ? PASS : this.proxy.judge(sql);
      await this.#carryOut(verdict, packet);
    }
  }

  #takePacket(): Buffer | undefined {
    if (this.#pending.length < HEADER_BYTES) return undefined;
    const length = HEADER_BYTES + this.#pending.readUIntLE(0, 3);
    if (this.#pending.length < length) return undefined;
    const packet = this.#pending.subarray(0, length);
    this.#pending = this.#pending.subarray(length);
    return packet;
  }

  async #carryOut(verdict: Verdict, packet: Buffer): Promise<void> {
    switch (verdict.kind) {
      case 'pass':
        await this.#send(this.database, packet);
        break;
      case 'cut before':
        this.reset();
        break;
      case 'cut at once':
        this.database.end(packet);
        this.client.resetAndDestroy();
        break;
      case 'cut after':
        this.#onAnswer = (link) => {
          link.reset();
        };
        await this.#send(this.database, packet);
        break;
      case 'silence':
        this.#isSilent = true;
        break;
      case 'fail':
        await this.#fail(verdict.error);
        break;
      case 'fail after':
        this.#onAnswer = (link) => {
          void link.#send(link.client, errorPacket(verdict.error));
        };
        await this.#send(this.database, packet);
        break;
    }
  }

  async #fail(error: InjectedError): Promise<void> {
    if (!error.endsTransaction) {
      await this.#send(this.client, errorPacket(error));
      return;
    }
    this.#onAnswer = (link) => {
      void link.#send(link.client, errorPacket(error));
    };
    await this.#send(this.database, queryPacket('ROLLBACK', this.#beforeQuery));
  }

  async #fromDatabase(chunk: Buffer): Promise<void> {
    const onAnswer = this.#onAnswer;
    if (onAnswer) {
      this.#onAnswer = undefined;
      onAnswer(this);
      return;
    }
    this.#received += chunk.length;
    if (this.#received > (this.proxy.weather.resetAfterBytes ?? Infinity)) this.reset();
    else await this.#send(this.client, chunk);
  }

  async #send(to: Socket, chunk: Buffer): Promise<void> {
    const {
      latencyMs = 0,
      jitterMs = 0,
      sliceBytes,
      bytesPerSecond,
      isSilent,
    } = this.proxy.weather;
    this.#isSilent ||= isSilent === true;
    if (this.#isSilent) return;
    if (latencyMs + jitterMs > 0) await pause(latencyMs + Math.random() * jitterMs);
    if (bytesPerSecond !== undefined) await pause((chunk.length / bytesPerSecond) * MS_PER_SECOND);
    for (const piece of slices(chunk, sliceBytes ?? chunk.length)) {
      if (to.destroyed) return;
      if (!to.write(piece)) await once(to, 'drain');
    }
  }
}

function* slices(chunk: Buffer, bytes: number): Generator<Buffer> {
  for (let start = 0; start < chunk.length; start += bytes) {
    yield chunk.subarray(start, start + bytes);
  }
}

function hasAttributes(packet: Buffer): boolean {
  const text = HEADER_BYTES + 1;
  return (
    packet[HEADER_BYTES] === COM_QUERY &&
    packet.subarray(text, text + NO_ATTRIBUTES.length).equals(NO_ATTRIBUTES)
  );
}

/** The statement in a packet; undefined for any other command. */
function statementIn(packet: Buffer, before: Buffer): string | undefined {
  const isCommand = packet[3] === 0;
  if (!isCommand) return undefined;
  switch (packet[HEADER_BYTES]) {
    case COM_QUERY:
      return packet.toString('utf8', HEADER_BYTES + 1 + before.length);
    case COM_STMT_PREPARE:
      return packet.toString('utf8', HEADER_BYTES + 1);
    case COM_STMT_EXECUTE:
      return 'EXECUTE';
    default:
      return undefined;
  }
}

function packetOf(sequence: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUIntLE(payload.length, 0, 3);
  header[3] = sequence;
  return Buffer.concat([header, payload]);
}

function queryPacket(sql: string, before: Buffer): Buffer {
  return packetOf(0, Buffer.concat([Buffer.from([COM_QUERY]), before, Buffer.from(sql)]));
}

function errorPacket({ errno, sqlState }: InjectedError): Buffer {
  const code = Buffer.alloc(2);
  code.writeUInt16LE(errno);
  const text = Buffer.from(`#${sqlState}Injected error ${String(errno)}`);
  return packetOf(1, Buffer.concat([Buffer.from([0xff]), code, text]));
}
