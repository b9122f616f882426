import { createRequire } from 'node:module';
import path from 'node:path';
import { QueryTypes, type QueryInterface } from 'sequelize';
import type { Database } from '../../src/database/database';
import { findRows } from '../../src/database/find-rows';
import { Migrator } from '../../src/database/migrator';
import { makeEvent, makeSoldOutEvent, type MadeEvent } from '../factories/events';
import { makePeople, type Person } from '../factories/people';
import { TestApi } from '../support/http/test-api';
import { emptyDatabase } from '../support/setup/test-database';

interface Migration {
  up(queryInterface: QueryInterface): Promise<void>;
  down(queryInterface: QueryInterface): Promise<void>;
}

/** The tables whose ids have 64 bits. */
const TABLES = ['audit_log', 'bookings', 'idempotency_keys', 'waitlists'] as const;
type Table = (typeof TABLES)[number];
/** The migrations that give them 64 bits, in their order. */
const MIGRATIONS = [
  '20261128000300-widen-audit-log-ids.js',
  '20261128000400-widen-idempotency-keys-ids.js',
  '20261128000500-widen-bookings-ids.js',
  '20261128000600-widen-waitlists-ids.js',
].map((name) => {
  const file = path.join(__dirname, '..', '..', 'migrations', name);
  return createRequire(__filename)(file) as Migration;
});
/** More than 32 bits hold, and nearly all that a number in an answer can be. */
const LAST_ID = Number.MAX_SAFE_INTEGER - 100_000;

/** Lets the ids of a table go on behind this one. */
async function countFrom({ sequelize, isSqlite }: Database, table: Table, id: number) {
  await sequelize.query(
    isSqlite
      ? `UPDATE sqlite_sequence SET seq = ${String(id)} WHERE name = '${table}'`
      : `ALTER TABLE ${table} AUTO_INCREMENT = ${String(id + 1)}`,
  );
}

interface RowWithId {
  readonly id: number;
}

async function rowsOf({ sequelize }: Database, table: Table): Promise<RowWithId[]> {
  const sql = `SELECT * FROM ${table} ORDER BY id`;
  return sequelize.query<RowWithId>(sql, { type: QueryTypes.SELECT });
}

async function allRowsOf(database: Database): Promise<Record<Table, RowWithId[]>> {
  const entries = TABLES.map(async (table) => [table, await rowsOf(database, table)] as const);
  return Object.fromEntries(await Promise.all(entries)) as Record<Table, RowWithId[]>;
}

/** Writes to all four tables: somebody waits for three tickets, and the first in the queue is given one. */
async function waitForTicket(
  api: TestApi,
  { id, organizer }: MadeEvent,
  { token }: Person,
): Promise<void> {
  const wish = { event_id: id, quantity: 3 };
  const key = { 'Idempotency-Key': 'three-tickets' };
  const booked = await api.post('/api/tickets/book', token, wish, key);
  expect(booked.body.data.outcome).toBe('waitlisted');
  const one = { event_id: id, quantity: 1 };
  const freed = await api.post('/api/tickets/cancel', organizer.token, one);
  expect(freed.status).toBe(200);
}

describe('migrations to ids of 64 bits, on a filled database', () => {
  let api: TestApi;
  let database: Database;
  let queries: QueryInterface;
  beforeEach(async () => {
    const settings = await emptyDatabase('wide_ids');
    const migrator = new Migrator(settings);
    await migrator.down({ all: true });
    await migrator.up();
    api = await TestApi.start({ database: settings });
    ({ database } = api.container);
    queries = database.sequelize.getQueryInterface();
    await goBack();
  });
  afterEach(() => api.close());

  // One by one: later migrations stay, because the code needs them.
  async function goBack(): Promise<void> {
    for (const migration of [...MIGRATIONS].reverse()) await migration.down(queries);
  }

  async function goForward(): Promise<void> {
    for (const migration of MIGRATIONS) await migration.up(queries);
  }

  async function typesOfIds(): Promise<string[]> {
    const tables = await Promise.all(TABLES.map((table) => queries.describeTable(table)));
    return tables.map(({ id }) => id!.type.replace(/\(\d+\)/, ''));
  }

  it('keep every row and every id, and no id is given out twice; so do those that go back', async () => {
    const people = (await makePeople(api.container, 3)) as [Person, Person, Person];
    const event = await makeSoldOutEvent(api);
    await waitForTicket(api, event, people[0]);
    await waitForTicket(api, event, people[1]);
    const removed = (await rowsOf(database, 'waitlists')).at(-1)!;
    await api.delete(`/api/waitinglists/${String(event.id)}`, people[1].token);
    const before = await allRowsOf(database);
    for (const table of TABLES) expect(before[table].length).toBeGreaterThan(0);

    await goForward();

    const wide = database.isSqlite ? 'INTEGER' : 'BIGINT';
    expect(await typesOfIds()).toEqual(TABLES.map(() => wide));
    expect(await allRowsOf(database)).toEqual(before);
    await waitForTicket(api, event, people[2]);
    const after = await allRowsOf(database);
    for (const table of TABLES) {
      const last = table === 'waitlists' ? removed : before[table].at(-1)!;
      expect(after[table].at(-1)!.id).toBeGreaterThan(last.id);
    }

    await goBack();

    expect(await typesOfIds()).toEqual(TABLES.map(() => (database.isSqlite ? 'INTEGER' : 'INT')));
    expect(await allRowsOf(database)).toEqual(after);
    const { faults } = await api.container.services.reconcile.reconcile(event.id);
    expect(faults).toEqual([]);
  });

  it('refuse to go back where an id does not fit, and leave the table as it is', async () => {
    const event = await makeSoldOutEvent(api, { total: 1 });
    await goForward();
    const [person] = (await makePeople(api.container, 1)) as [Person];
    await api.post('/api/waitinglists/join-waitlist', person.token, { event_id: event.id });
    await countFrom(database, 'waitlists', LAST_ID);
    await api.delete(`/api/waitinglists/${String(event.id)}`, person.token);
    await api.post('/api/waitinglists/join-waitlist', person.token, { event_id: event.id });
    const before = await rowsOf(database, 'waitlists');
    expect(before[0]!.id).toBeGreaterThan(LAST_ID);

    // SQLite has one kind of id, and nothing to refuse.
    const goBackWithWaitlists = MIGRATIONS.at(-1)!.down(queries);
    if (database.isSqlite) await goBackWithWaitlists;
    else await expect(goBackWithWaitlists).rejects.toThrow('waitlists has ids above');

    expect(await rowsOf(database, 'waitlists')).toEqual(before);
  });
});

describe('ids of more than 32 bits', () => {
  let api: TestApi;
  let database: Database;
  let organizer: Person;
  let waiting: Person;
  beforeAll(async () => {
    const settings = await emptyDatabase('large_ids');
    const migrator = new Migrator(settings);
    await migrator.down({ all: true });
    await migrator.up();
    api = await TestApi.start({ database: settings });
    ({ database } = api.container);
    [organizer, waiting] = (await makePeople(api.container, 2)) as [Person, Person];
    // On SQLite a table has no counter before its first row.
    await waitForTicket(api, await makeSoldOutEvent(api), organizer);
    for (const table of TABLES) await countFrom(database, table, LAST_ID);
  });
  afterAll(() => api.close());

  function expectLarge(rows: readonly RowWithId[]): void {
    expect(rows.length).toBeGreaterThan(0);
    for (const { id } of rows) {
      expect(id).toBeGreaterThan(LAST_ID);
      expect(Number.isSafeInteger(id)).toBe(true);
    }
  }

  it('are numbers in every answer, and requests find their rows', async () => {
    const event = await makeEvent(api, { total: 3, organizer });
    const ofEvent = { event_id: event.id };
    const key = { 'Idempotency-Key': 'one-ticket' };
    const one = await api.post('/api/tickets/book', organizer.token, ofEvent, key);
    expectLarge(one.body.data.bookings);
    const again = await api.post('/api/tickets/book', organizer.token, ofEvent, key);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(again.body).toEqual(one.body);
    const two = { ...ofEvent, quantity: 2 };
    const both = await api.post('/api/tickets/book', organizer.token, two);
    expect(both.body.data.bookings).toHaveLength(2);
    expectLarge(both.body.data.bookings);

    const joined = await api.post('/api/waitinglists/join-waitlist', waiting.token, two);
    expectLarge([joined.body.data]);
    const queue = await api.get('/api/waitinglists', waiting.token, ofEvent);
    expect(queue.body.data).toMatchObject([{ id: joined.body.data.id, position: 1 }]);
    const path = `/api/events/${String(event.id)}/me`;
    const standing = await api.get(path, waiting.token);
    expectLarge([standing.body.data.waitlist_entry]);

    const freed = await api.post('/api/tickets/cancel', organizer.token, two);
    expect(freed.body.data.cancelled.map(({ id }: RowWithId) => id)).toEqual(
      expect.arrayContaining(both.body.data.bookings.map(({ id }: RowWithId) => id)),
    );
    const first = await api.get('/api/tickets', waiting.token, { limit: 1 });
    const after = first.body.meta.next as string;
    const second = await api.get('/api/tickets', waiting.token, { limit: 1, after });
    const tickets = [...first.body.data, ...second.body.data] as RowWithId[];
    expectLarge(tickets);
    expect(new Set(tickets.map(({ id }) => id)).size).toBe(2);

    const log = await api.get('/api/admin/audit', organizer.token, ofEvent);
    expectLarge(log.body.data);
    const { faults } = await api.container.services.reconcile.reconcile(event.id);
    expect(faults).toEqual([]);
  });

  it('are numbers in rows however they are made and read', async () => {
    const event = await makeEvent(api, { total: 1, organizer });
    const now = new Date();
    const made = await database.models.Booking.create({
      event_id: event.id,
      ticket_no: 1,
      user_id: organizer.id,
      booked_by: organizer.id,
      status: 'cancelled',
      createdAt: now,
      updatedAt: now,
    });
    const { id } = made.get();
    expectLarge([{ id }]);
    const where = { id: [id] };
    expect(await findRows(database.models.Booking, { where })).toMatchObject([{ id }]);
    const found = await database.models.Booking.findAll({ where });
    expect(found.map((row) => row.get().id)).toEqual([id]);
    expect((await rowsOf(database, 'bookings')).at(-1)).toMatchObject({ id });
  });
});
