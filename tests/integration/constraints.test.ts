import { randomUUID } from 'node:crypto';
import type { Attributes } from 'sequelize';
import { openDatabase, type Database } from '../../src/database/database';
import { faultKind } from '../../src/database/fault-kind';
import type { Models } from '../../src/models';
import { testDatabase } from '../support/setup/test-database';

type Row<Name extends keyof Models> = Partial<Attributes<InstanceType<Models[Name]>>>;
type Refused = [constraint: string, refused: () => Promise<unknown>];

const NOBODY = 2_147_483_647;

describe('the schema refuses invalid rows', () => {
  let database: Database;
  let userId: number;
  let eventId: number;
  beforeAll(async () => {
    database = openDatabase(await testDatabase());
    userId = await addUser();
    eventId = await addEvent();
  });
  afterAll(() => database.close());

  const now = new Date();
  const times = { createdAt: now, updatedAt: now };

  async function addUser(row: Row<'User'> = {}): Promise<number> {
    const user = await database.models.User.create({
      email: `${randomUUID()}@example.com`,
      password: 'a hash',
      role: 'user',
      token_version: 0,
      ...times,
      ...row,
    });
    return user.get('id') as number;
  }

  async function addEvent(row: Row<'Event'> = {}): Promise<number> {
    const event = await database.models.Event.create({
      event_name: randomUUID(),
      total_tickets: 10,
      available_tickets: 10,
      status: 'active',
      organizer_id: userId,
      max_tickets_per_user: null,
      version: 0,
      next_ticket_no: 1,
      next_queue_no: 1,
      waitlist_count: 0,
      waitlist_tickets: 0,
      ...times,
      ...row,
    });
    return event.get('id') as number;
  }

  async function addBooking(row: Row<'Booking'> = {}): Promise<unknown> {
    return database.models.Booking.create({
      event_id: await addEvent(),
      ticket_no: 1,
      user_id: userId,
      booked_by: userId,
      status: 'booked',
      ...times,
      ...row,
    });
  }

  async function addChange(row: Row<'AuditEntry'> = {}): Promise<unknown> {
    return database.models.AuditEntry.create({
      action: 'tickets.book',
      actor_id: userId,
      user_id: userId,
      event_id: null,
      version: null,
      reason: null,
      request_id: null,
      details: '{}',
      createdAt: now,
      ...row,
    });
  }

  async function addBlock({ event_id }: { event_id: number }): Promise<unknown> {
    const block = { event_id, priority: 0, block: 0, entries: 1, tickets: 1 };
    return database.models.WaitlistBlock.create(block);
  }

  async function addEntry(row: Row<'WaitlistEntry'> = {}): Promise<unknown> {
    return database.models.WaitlistEntry.create({
      event_id: await addEvent(),
      user_id: userId,
      requested_by: userId,
      quantity: 1,
      priority: 0,
      queue_no: 1,
      ...times,
      ...row,
    });
  }

  function addSession(row: Row<'Session'> = {}): Promise<unknown> {
    return database.models.Session.create({
      user_id: userId,
      token_version: 0,
      family: randomUUID().slice(0, 22),
      token_hash: 'h'.repeat(43),
      used_hash: null,
      successor_salt: null,
      used_at: null,
      auth_time: now,
      expires_at: now,
      createdAt: now,
      ...row,
    });
  }

  function addApiKey(row: Row<'ApiKey'> = {}): Promise<unknown> {
    return database.models.ApiKey.create({
      user_id: userId,
      name: 'Door list',
      key_hash: randomUUID(),
      prefix: 'tk_abcd',
      expires_at: null,
      last_used_at: null,
      createdAt: now,
      ...row,
    });
  }

  function addStaff(row: Row<'EventStaff'> = {}): Promise<unknown> {
    return database.models.EventStaff.create({
      event_id: eventId,
      user_id: userId,
      rights: 'tickets',
      ...times,
      ...row,
    });
  }

  function addKey(row: Row<'IdempotencyKey'> = {}): Promise<unknown> {
    return database.models.IdempotencyKey.create({
      user_id: userId,
      route: 'POST /somewhere',
      event_id: eventId,
      idempotency_key: randomUUID(),
      fingerprint: 'f'.repeat(64),
      status: 200,
      body: '{}',
      createdAt: now,
      ...row,
    });
  }

  const CHECKS: Refused[] = [
    ['ck_users_role', () => addUser({ role: 'root' as 'admin' })],
    ['ck_users_nameless', () => addUser({ email: null })],
    ['ck_users_nameless', () => addUser({ deleted_at: now })],
    ['ck_events_status', () => addEvent({ status: 'paused' as 'active' })],
    ['ck_events_total', () => addEvent({ total_tickets: 0, available_tickets: 0 })],
    ['ck_events_available', () => addEvent({ available_tickets: -1 })],
    ['ck_events_available', () => addEvent({ available_tickets: 11 })],
    ['ck_events_cap', () => addEvent({ max_tickets_per_user: 0 })],
    ['ck_events_sale_window', () => addEvent({ sale_starts_at: now, sale_ends_at: now })],
    ['ck_events_waiting', () => addEvent({ available_tickets: 0, waitlist_count: -1 })],
    [
      'ck_events_waiting',
      () => addEvent({ available_tickets: 0, waitlist_count: 2, waitlist_tickets: 1 }),
    ],
    [
      'ck_events_no_stock_while_waiting',
      () => addEvent({ available_tickets: 1, waitlist_count: 1, waitlist_tickets: 1 }),
    ],
    ['ck_bookings_status', () => addBooking({ status: 'lost' as 'booked' })],
    ['ck_bookings_ticket_no', () => addBooking({ ticket_no: 0 })],
    ['ck_waitlists_quantity', () => addEntry({ quantity: 0 })],
    ['ck_waitlists_priority', () => addEntry({ priority: -1 })],
    ['ck_waitlists_priority', () => addEntry({ priority: 101 })],
  ];

  const DUPLICATES: Refused[] = [
    ['uq_users_email', () => twice(addUser, { email: `${randomUUID()}@example.com` })],
    ['uq_events_name', () => twice(addEvent, { event_name: randomUUID() })],
    ['uq_bookings_ticket', () => twice(addBooking, { event_id: eventId, ticket_no: 7 })],
    [
      'uq_waitlists_person',
      async () => {
        const row = { event_id: await addEvent(), user_id: userId };
        await addEntry({ ...row, queue_no: 1 });
        await addEntry({ ...row, queue_no: 2 });
      },
    ],
    [
      'uq_waitlists_order',
      async () => {
        const row = { event_id: await addEvent(), queue_no: 1 };
        await addEntry({ ...row, user_id: await addUser() });
        await addEntry({ ...row, user_id: await addUser() });
      },
    ],
    ['uq_audit_log_version', () => twice(addChange, { event_id: eventId, version: 3 })],
    ['uq_sessions_family', () => twice(addSession, { family: 'the same family' })],
    ['uq_api_keys_hash', () => twice(addApiKey, { key_hash: 'the same hash' })],
    ['uq_idempotency_keys_scope', () => twice(addKey, { idempotency_key: randomUUID() })],
  ];

  const ORPHANS: Refused[] = [
    ['fk_events_organizer', () => addEvent({ organizer_id: NOBODY })],
    ['fk_bookings_event', () => addBooking({ event_id: NOBODY })],
    ['fk_bookings_user', () => addBooking({ user_id: NOBODY })],
    ['fk_bookings_booked_by', () => addBooking({ booked_by: NOBODY })],
    ['fk_waitlists_event', () => addEntry({ event_id: NOBODY })],
    ['fk_waitlists_user', () => addEntry({ user_id: NOBODY })],
    ['fk_event_staff_event', () => addStaff({ event_id: NOBODY })],
    ['fk_waitlist_blocks_event', () => addBlock({ event_id: NOBODY })],
    ['fk_waitlists_requested_by', () => addEntry({ requested_by: NOBODY })],
  ];

  const BEREFT: Refused[] = [
    [
      'fk_events_organizer',
      async () => {
        const organizer = await addUser();
        await addEvent({ organizer_id: organizer });
        await remove('User', organizer);
      },
    ],
    [
      'fk_bookings_event',
      async () => {
        const event = await addEvent();
        await addBooking({ event_id: event });
        await remove('Event', event);
      },
    ],
    [
      'fk_bookings_user',
      async () => {
        const holder = await addUser();
        await addBooking({ user_id: holder });
        await remove('User', holder);
      },
    ],
    [
      'fk_bookings_booked_by',
      async () => {
        const booker = await addUser();
        await addBooking({ booked_by: booker });
        await remove('User', booker);
      },
    ],
    [
      'fk_waitlists_event',
      async () => {
        const event = await addEvent();
        await addEntry({ event_id: event });
        await remove('Event', event);
      },
    ],
    [
      'fk_waitlists_user',
      async () => {
        const person = await addUser();
        await addEntry({ user_id: person });
        await remove('User', person);
      },
    ],
    [
      'fk_waitlists_requested_by',
      async () => {
        const person = await addUser();
        await addEntry({ requested_by: person });
        await remove('User', person);
      },
    ],
  ];

  function remove(name: 'User' | 'Event', id: number): Promise<number> {
    const { User, Event } = database.models;
    return name === 'User' ? User.destroy({ where: { id } }) : Event.destroy({ where: { id } });
  }

  it('except the valid rows that these tests start from', async () => {
    await Promise.all([addUser(), addEvent(), addKey()]);
    await addBooking();
    await addEntry();
    // Deleted accounts may be many.
    await addUser({ email: null, deleted_at: now });
    await addUser({ email: null, deleted_at: now });
  });

  it.each(CHECKS)('a value that violates %s', (name, refused) => expectRefusal(refused, name));

  it.each(DUPLICATES)('a second row that violates %s', (name, refused) =>
    expectRefusal(refused, name),
  );

  it.each(ORPHANS)('a row that refers by %s to nothing', (name, refused) =>
    expectRefusal(refused, name),
  );

  it.each(BEREFT)('deleting a row that others refer to by %s', (name, refused) =>
    expectRefusal(refused, name),
  );

  it('but not names and e-mails that differ only in case or accent', async () => {
    const name = randomUUID();
    await addEvent({ event_name: `${name} é` });
    await addEvent({ event_name: `${name} e` });
    await addEvent({ event_name: `${name} E` });
    await addUser({ email: `${name}@example.com` });
    await addUser({ email: `${name}@Example.com` });
    await addKey({ idempotency_key: `${name} A` });
    await addKey({ idempotency_key: `${name} a` });
  });

  it('with a test for every constraint', async () => {
    const { sequelize, models } = database;
    const texts = await Promise.all(
      Object.values(models).map(async ({ tableName }) => {
        const [rows] = await sequelize.query(
          database.isSqlite
            ? `SELECT sql FROM sqlite_master WHERE tbl_name = '${tableName}'`
            : `SHOW CREATE TABLE ${tableName}`,
        );
        return JSON.stringify(rows);
      }),
    );
    const declared = new Set(texts.join('\n').match(/\b(?:ck|uq|fk)_\w+/g));
    const tried = [...CHECKS, ...DUPLICATES, ...ORPHANS, ...BEREFT].map(([name]) => name);
    expect([...declared].sort()).toEqual([...new Set(tried)].sort());
  });

  async function expectRefusal(refused: () => Promise<unknown>, constraint: string): Promise<void> {
    const error: unknown = await refused().then(
      () => new Error('Nothing was refused'),
      (reason: unknown) => reason,
    );
    const { message } = (error as { parent?: Error }).parent ?? (error as Error);
    expect({ message, kind: faultKind(error) }).toEqual({
      message: expect.stringMatching(wordsFor(constraint)),
      kind: 'constraint',
    });
  }

  /** SQLite names the columns of a unique key, but not the foreign key. */
  function wordsFor(constraint: string): RegExp {
    if (!database.isSqlite || constraint.startsWith('ck_'))
      return new RegExp(`\\b${constraint}\\b`);
    return constraint.startsWith('uq_') ? /UNIQUE constraint failed/ : /FOREIGN KEY constraint/;
  }
});

async function twice<T>(add: (row: T) => Promise<unknown>, row: T): Promise<void> {
  await add(row);
  await add(row);
}
