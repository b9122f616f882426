import type { Database } from '../../../src/database/database';

/** Rows made here have ids from this one on. */
const FIRST_ID = 1_000_000;
const PEOPLE = 5_000;
const EVENTS = 1_250;
/** Tickets and waiting people of the one busy event. */
const BUSY_TICKETS = 3_000;
const BUSY_WAITING = 1_500;
/** Tickets and waiting people of each other event. */
const TICKETS = 8;
const WAITING = 7;
const AUDIT_ROWS = 10_000;
const KEYS = 5_000;

export const CROWD = {
  busyEventId: FIRST_ID,
  /** Holds a ticket for every event. */
  boxOfficeId: FIRST_ID,
  /** Waits for the busy event, near the middle of the queue. */
  waitingId: FIRST_ID + BUSY_WAITING / 2,
} as const;

const TIMES = "'2026-01-01 00:00:00', '2026-01-01 00:00:00'";

/** Up to 10 000 numbers from 0, in SQL that every database understands. */
function numbers(count: number): string {
  const digits = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((digit) => `SELECT ${String(digit)} AS d`);
  const digit = `(${digits.join(' UNION ALL ')})`;
  return (
    `(SELECT a.d + 10 * b.d + 100 * c.d + 1000 * e.d AS n FROM ${digit} a, ${digit} b, ${digit} c, ` +
    `${digit} e WHERE a.d + 10 * b.d + 100 * c.d + 1000 * e.d < ${String(count)}) numbers`
  );
}

/** Fills the tables so far that an index pays off. The events do not reconcile. */
export async function crowd({ sequelize, isSqlite }: Database): Promise<void> {
  const first = String(FIRST_ID);
  const text = (parts: string): string =>
    isSqlite ? parts : `CONCAT(${parts.replaceAll(' || ', ', ')})`;
  const fill = async (table: string, columns: string, values: string, count: number) => {
    await sequelize.query(
      `INSERT INTO ${table} (${columns}) SELECT ${values} FROM ${numbers(count)}`,
    );
  };
  await fill(
    'users',
    'id, email, password, role, createdAt, updatedAt',
    `${first} + n, ${text("'crowd' || n || '@example.com'")}, 'x', 'user', ${TIMES}`,
    PEOPLE,
  );
  await fill(
    'events',
    'id, event_name, total_tickets, available_tickets, status, organizer_id, next_ticket_no, ' +
      'next_queue_no, waitlist_count, waitlist_tickets, version, createdAt, updatedAt',
    `${first} + n, ${text("'crowd ' || n")}, ${String(BUSY_TICKETS)}, 0, ` +
      `CASE WHEN n % 3 = 2 THEN 'cancelled' ELSE 'active' END, ${first} + n % 500, ` +
      `${String(BUSY_TICKETS + 1)}, ${String(BUSY_WAITING + 1)}, ` +
      `CASE WHEN n = 0 THEN ${String(BUSY_WAITING)} ELSE ${String(WAITING)} END, ` +
      `CASE WHEN n = 0 THEN ${String(BUSY_WAITING)} ELSE ${String(WAITING)} END, ` +
      // Beyond those of the audit log.
      `${String(AUDIT_ROWS)}, ${TIMES}`,
    EVENTS,
  );
  const status = "CASE WHEN n % 4 = 3 THEN 'cancelled' ELSE 'booked' END";
  const person = (step: number): string => `${first} + n * ${String(step)} % ${String(PEOPLE)}`;
  const bookingColumns = 'event_id, ticket_no, user_id, booked_by, status, createdAt, updatedAt';
  await fill(
    'bookings',
    bookingColumns,
    `${first}, n + 1, ${person(7)}, ${person(7)}, ${status}, ${TIMES}`,
    BUSY_TICKETS,
  );
  const holder = `CASE WHEN n < ${String(EVENTS - 1)} THEN ${first} ELSE ${person(11)} END`;
  await fill(
    'bookings',
    bookingColumns,
    // The first ticket of each event is the box office's.
    `${first} + 1 + n % ${String(EVENTS - 1)}, n + 1, ${holder}, ${holder}, ${status}, ${TIMES}`,
    (EVENTS - 1) * TICKETS,
  );
  const entryColumns = 'event_id, user_id, requested_by, quantity, queue_no, createdAt, updatedAt';
  await fill(
    'waitlists',
    entryColumns,
    `${first}, ${first} + n, ${first} + n, 1, n + 1, ${TIMES}`,
    BUSY_WAITING,
  );
  await fill(
    'waitlists',
    entryColumns,
    `${first} + 1 + n % ${String(EVENTS - 1)}, ${person(13)}, ${person(13)}, 1, n + 1, ${TIMES}`,
    (EVENTS - 1) * WAITING,
  );
  await fill(
    'idempotency_keys',
    'user_id, route, event_id, idempotency_key, fingerprint, status, body, createdAt',
    `${person(3)}, 'POST /api/tickets/book', ${first}, ${text("'key ' || n")}, 'f', 201, '{}', ` +
      "CASE WHEN n < 2000 THEN '2026-01-01 00:00:00' ELSE '2099-01-01 00:00:00' END",
    KEYS,
  );
  await fill(
    'audit_log',
    'action, actor_id, user_id, event_id, version, details, createdAt',
    `CASE WHEN n % 50 = 0 THEN 'event.update' ELSE 'tickets.book' END, ${person(7)}, ${person(11)}, ` +
      `CASE WHEN n % 2 = 0 THEN ${first} ELSE ${first} + n % ${String(EVENTS)} END, n, '{}', ` +
      "'2026-01-01 00:00:00'",
    AUDIT_ROWS,
  );
  // Not on SQLite, which plans without statistics in production too.
  if (isSqlite) return;
  await sequelize.query(
    'ANALYZE TABLE users, events, bookings, waitlists, idempotency_keys, audit_log',
  );
}
