// @ts-check
'use strict';
/**
 * Demo data: accounts of every role, and events that are on sale, sold out with people waiting,
 * capped, and cancelled. The counters agree with the rows, which `npm run reconcile` checks.
 */
const bcrypt = require('bcrypt');

/** The password of all accounts. docs/database.md publishes it: never seed a server open to others. */
const PASSWORD = 'demo-password';
const BCRYPT_ROUNDS = 10;

/** @type {Record<string, string>} */
const ROLE_OF = {
  'admin@example.com': 'admin',
  'organizer@example.com': 'organizer',
  'guest1@example.com': 'user',
  'guest2@example.com': 'user',
  'guest3@example.com': 'user',
  'guest4@example.com': 'user',
};
const EMAILS = Object.keys(ROLE_OF);

/**
 * @typedef {object} DemoEvent
 * @property {string} name
 * @property {number} total
 * @property {number} [cap] most tickets per person
 * @property {boolean} [isCancelled]
 * @property {number} version number of commands so far
 * @property {{ holder: string, bookedBy?: string, isCancelled?: boolean }[]} tickets in order of
 * issue
 * @property {{ person: string, quantity: number }[]} waiting in queue order
 */

/** @type {DemoEvent[]} */
const EVENTS = [
  {
    name: 'Demo: concert in the park, tickets left',
    total: 500,
    version: 2,
    tickets: [
      { holder: 'guest1@example.com' },
      { holder: 'guest1@example.com' },
      { holder: 'guest2@example.com', bookedBy: 'guest1@example.com' },
      { holder: 'guest3@example.com', isCancelled: true },
    ],
    waiting: [],
  },
  {
    name: 'Demo: club night, sold out',
    total: 4,
    version: 6,
    tickets: [
      { holder: 'guest1@example.com' },
      { holder: 'guest1@example.com' },
      { holder: 'guest2@example.com' },
      { holder: 'guest3@example.com' },
    ],
    waiting: [
      { person: 'guest4@example.com', quantity: 3 },
      { person: 'guest1@example.com', quantity: 1 },
      { person: 'organizer@example.com', quantity: 2 },
    ],
  },
  {
    name: 'Demo: reading, two tickets a person',
    total: 30,
    cap: 2,
    version: 0,
    tickets: [],
    waiting: [],
  },
  {
    name: 'Demo: matinee, cancelled',
    total: 50,
    isCancelled: true,
    version: 2,
    tickets: [{ holder: 'guest2@example.com', isCancelled: true }],
    waiting: [],
  },
];

module.exports = {
  /** @param {import('sequelize').QueryInterface} queryInterface */
  async up(queryInterface) {
    if (process.env.NODE_ENV === 'production') {
      throw new Error('The demo accounts have a public password: do not use them in production');
    }
    const password = await bcrypt.hash(PASSWORD, BCRYPT_ROUNDS);
    const now = new Date();
    const times = { createdAt: now, updatedAt: now };
    await queryInterface.sequelize.transaction(async (transaction) => {
      await queryInterface.bulkInsert(
        'users',
        EMAILS.map((email) => ({ email, password, role: ROLE_OF[email], ...times })),
        { transaction },
      );
      const userIds = await idsBy(queryInterface, transaction, 'users', 'email', EMAILS);
      await queryInterface.bulkInsert(
        'events',
        EVENTS.map((event) => ({ ...eventRow(event, userIds), ...times })),
        { transaction },
      );
      const names = EVENTS.map(({ name }) => name);
      const eventIds = await idsBy(queryInterface, transaction, 'events', 'event_name', names);
      await queryInterface.bulkInsert(
        'bookings',
        EVENTS.flatMap((event) =>
          event.tickets.map((ticket, index) => ({
            event_id: eventIds.get(event.name),
            ticket_no: index + 1,
            user_id: userIds.get(ticket.holder),
            booked_by: userIds.get(ticket.bookedBy ?? ticket.holder),
            status: ticket.isCancelled ? 'cancelled' : 'booked',
            ...times,
          })),
        ),
        { transaction },
      );
      await queryInterface.bulkInsert(
        'waitlists',
        EVENTS.flatMap((event) =>
          event.waiting.map(({ person, quantity }, index) => ({
            event_id: eventIds.get(event.name),
            user_id: userIds.get(person),
            requested_by: userIds.get(person),
            quantity,
            queue_no: index + 1,
            ...times,
          })),
        ),
        { transaction },
      );
    });
  },

  /**
   * Removes the demo events with their bookings and waitlists, and the demo accounts. Fails and
   * removes nothing if a demo account holds anything else.
   * @param {import('sequelize').QueryInterface} queryInterface
   */
  async down(queryInterface) {
    await queryInterface.sequelize.transaction(async (transaction) => {
      const names = EVENTS.map(({ name }) => name);
      const eventIds = await idsBy(queryInterface, transaction, 'events', 'event_name', names);
      const ofEvents = { event_id: [...eventIds.values()] };
      await queryInterface.bulkDelete('bookings', ofEvents, { transaction });
      await queryInterface.bulkDelete('waitlists', ofEvents, { transaction });
      await queryInterface.bulkDelete('events', { event_name: names }, { transaction });
      await queryInterface.bulkDelete('users', { email: EMAILS }, { transaction });
    });
  },
};

/** @param {DemoEvent} event @param {Map<string, number>} userIds */
function eventRow(event, userIds) {
  const booked = event.tickets.filter((ticket) => !ticket.isCancelled).length;
  return {
    event_name: event.name,
    total_tickets: event.total,
    available_tickets: event.isCancelled ? 0 : event.total - booked,
    status: event.isCancelled ? 'cancelled' : 'active',
    organizer_id: userIds.get('organizer@example.com'),
    max_tickets_per_user: event.cap ?? null,
    version: event.version,
    next_ticket_no: event.tickets.length + 1,
    next_queue_no: event.waiting.length + 1,
    waitlist_count: event.waiting.length,
    waitlist_tickets: event.waiting.reduce((sum, { quantity }) => sum + quantity, 0),
  };
}

/**
 * The ids that the database assigned, which need not be consecutive.
 * @param {import('sequelize').QueryInterface} queryInterface
 * @param {import('sequelize').Transaction} transaction
 * @param {string} table @param {string} column @param {string[]} values
 * @returns {Promise<Map<string, number>>}
 */
async function idsBy(queryInterface, transaction, table, column, values) {
  const [rows] = await queryInterface.sequelize.query(
    `SELECT id, ${column} AS value FROM ${table} WHERE ${column} IN (:values)`,
    { replacements: { values }, transaction },
  );
  return new Map(
    /** @type {{ id: number, value: string }[]} */ (rows).map(({ id, value }) => [value, id]),
  );
}
