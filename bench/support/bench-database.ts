import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import type { MysqlSettings } from '../../src/config/config';
import { Migrator } from '../../src/database/migrator';
import { Tokens } from '../../src/auth/tokens';
import { serverSettings } from '../../tests/support/setup/server-settings';
import { DatabaseServer } from '../../tests/support/servers/database-server';
import { TEST_SECRET, testConfig } from '../../tests/support/setup/test-config';

const DATABASE = 'bench';
/** People who are in queues before a run begins. */
const QUEUE_PEOPLE = 100_000;
/** People who send requests during runs; their ids follow those of the queues. */
export const ASKERS = 60_000;
/** People who send many requests; so few that their tokens stay in the server's caches. */
export const REGULARS = 5_000;
/** Long enough for the longest run. */
const TOKEN_SECONDS = 24 * 3_600;
const COMMIT_RATE_MS = 2_000;

export interface EventWish {
  readonly events?: number;
  readonly tickets: number;
  /** People who already wait; then no ticket is left. */
  readonly waiting?: number;
  /** Who waits: people who never send requests, or the regulars. */
  readonly waitingAre?: 'others' | 'regulars';
  /** Whether each asker holds one ticket, and none is left. */
  readonly isHeldByAskers?: boolean;
}

/** A private MariaDB that commits to disk each time, full of people. */
export class BenchDatabase {
  #nextEventId = 1;

  private constructor(
    private readonly server: DatabaseServer,
    readonly settings: MysqlSettings,
    private readonly connection: Connection,
    private readonly folder: string,
  ) {}

  static async start(): Promise<BenchDatabase> {
    const server = await DatabaseServer.start({ options: ['--innodb-buffer-pool-size=1G'] });
    const settings = serverSettings({ port: server.port, database: DATABASE });
    const { host, port, user, password } = settings;
    const admin = await createConnection({ host, port, user, password });
    await admin.query(`CREATE DATABASE ${DATABASE}`);
    await admin.end();
    await new Migrator(settings).up();
    const connection = await createConnection({ host, port, user, password, database: DATABASE });
    const folder = mkdtempSync(path.join(tmpdir(), 'tickets-bench-'));
    const database = new BenchDatabase(server, settings, connection, folder);
    await database.#seed();
    return database;
  }

  /** Tokens of all askers, used in turn. */
  get askers(): string {
    return path.join(this.folder, 'askers');
  }

  /** Tokens of the first askers, who send many requests. */
  get regulars(): string {
    return path.join(this.folder, 'regulars');
  }

  /** E-mails for a login flood. */
  get emails(): string {
    return path.join(this.folder, 'emails');
  }

  /** @returns the id of the first event; the others follow it */
  async makeEvents(wish: EventWish): Promise<number> {
    const { events = 1, waiting = 0, waitingAre = 'others', isHeldByAskers = false } = wish;
    const firstId = this.#nextEventId;
    this.#nextEventId += events;
    const lastId = firstId + events - 1;
    const tickets = isHeldByAskers ? ASKERS : wish.tickets;
    const isSoldOut = isHeldByAskers || waiting > 0;
    await this.connection.query(
      `INSERT INTO events (id, event_name, total_tickets, available_tickets, version,
         next_ticket_no, next_queue_no, waitlist_count, waitlist_tickets, createdAt, updatedAt)
       SELECT seq, CONCAT('Event ', seq), ?, ?, 0, ?, ?, ?, ?, NOW(3), NOW(3)
       FROM seq_${String(firstId)}_to_${String(lastId)}`,
      [
        tickets,
        isSoldOut ? 0 : tickets,
        isSoldOut ? tickets + 1 : 1,
        waiting + 1,
        waiting,
        waiting,
      ],
    );
    if (isSoldOut) {
      // One of the queue's people holds all of it, or each asker one.
      const holder = isHeldByAskers ? `${String(QUEUE_PEOPLE)} + t.seq` : '1';
      await this.connection.query(
        `INSERT INTO bookings (event_id, ticket_no, user_id, booked_by, status, createdAt, updatedAt)
         SELECT e.seq, t.seq, ${holder}, ${holder}, 'booked', NOW(3), NOW(3)
         FROM seq_${String(firstId)}_to_${String(lastId)} e, seq_1_to_${String(tickets)} t`,
      );
    }
    if (waiting > 0) {
      const offset = waitingAre === 'regulars' ? QUEUE_PEOPLE : 0;
      await this.connection.query(
        `INSERT INTO waitlists (event_id, user_id, requested_by, quantity, priority, queue_no,
           createdAt, updatedAt)
         SELECT e.seq, ${String(offset)} + w.seq, ${String(offset)} + w.seq, 1, 0, w.seq,
           NOW(3), NOW(3)
         FROM seq_${String(firstId)}_to_${String(lastId)} e, seq_1_to_${String(waiting)} w`,
      );
    }
    return firstId;
  }

  /** The process of the database server. */
  async processId(): Promise<number> {
    const [rows] = await this.connection.query<RowDataPacket[]>('SELECT @@pid_file AS file');
    return Number(readFileSync(rows[0]!.file as string, 'utf8'));
  }

  /** Statements that the database server has run so far. */
  async statements(): Promise<number> {
    const [rows] = await this.connection.query<RowDataPacket[]>(
      "SHOW GLOBAL STATUS LIKE 'Questions'",
    );
    return Number(rows[0]!.Value);
  }

  /** Guarded UPDATE, INSERT and COMMIT in a loop over one connection, with nothing around it. */
  async bareCommitRate(): Promise<number> {
    const eventId = await this.makeEvents({ tickets: 1_000_000 });
    const until = performance.now() + COMMIT_RATE_MS;
    let commits = 0;
    while (performance.now() < until) {
      commits += 1;
      await this.connection.beginTransaction();
      await this.connection.execute(
        `UPDATE events SET available_tickets = available_tickets - 1, version = version + 1,
           next_ticket_no = next_ticket_no + 1 WHERE id = ? AND available_tickets >= 1`,
        [eventId],
      );
      await this.connection.execute(
        `INSERT INTO bookings (event_id, ticket_no, user_id, booked_by, status, createdAt, updatedAt)
         VALUES (?, ?, 1, 1, 'booked', NOW(3), NOW(3))`,
        [eventId, commits],
      );
      await this.connection.commit();
    }
    return (commits * 1_000) / COMMIT_RATE_MS;
  }

  async version(): Promise<string> {
    const [rows] = await this.connection.query<RowDataPacket[]>('SELECT VERSION() AS version');
    return String(rows[0]!.version);
  }

  /** @throws Error if any event does not reconcile */
  reconcileAll(): void {
    const { host, port, user, password, database } = this.settings;
    execFileSync(process.execPath, ['dist/cli.js', 'reconcile'], {
      cwd: path.resolve(__dirname, '..', '..'),
      stdio: ['ignore', process.stderr, process.stderr],
      env: {
        PATH: process.env.PATH,
        DB_DIALECT: 'mysql',
        DB_HOST: host,
        DB_PORT: String(port),
        DB_USER: user,
        DB_PASS: password,
        DB_DATABASE: database,
      },
    });
  }

  async stop(): Promise<void> {
    await this.connection.end();
    await this.server.stop();
    rmSync(this.folder, { recursive: true });
  }

  async #seed(): Promise<void> {
    const people = QUEUE_PEOPLE + ASKERS;
    await this.connection.query(
      `INSERT INTO users (id, email, password, role, token_version, createdAt, updatedAt)
       SELECT seq, CONCAT('person', seq, '@example.com'), NULL, 'user', 0, NOW(3), NOW(3)
       FROM seq_1_to_${String(people)}`,
    );
    const { auth } = testConfig(this.settings);
    const tokens = new Tokens({ ...auth, tokenLifetimeSeconds: TOKEN_SECONDS });
    const lines = Array.from({ length: ASKERS }, (_, index) =>
      tokens.issue({ userId: QUEUE_PEOPLE + index + 1, version: 0, authTime: null }),
    );
    writeFileSync(this.askers, lines.join('\n'));
    writeFileSync(this.regulars, lines.slice(0, REGULARS).join('\n'));
    const emails = lines.map((_, index) => `person${String(index + 1)}@example.com`);
    writeFileSync(this.emails, emails.slice(0, REGULARS).join('\n'));
  }
}

export { TEST_SECRET as BENCH_SECRET };
