// @ts-check
'use strict';
const { createTable, exactText, idColumn } = require('./helpers/create-table');

module.exports = {
  deletes: 'bookings',
  /** @param {import('sequelize').QueryInterface} queryInterface */
  async up(queryInterface) {
    await createTable(queryInterface, 'bookings', {
      parts: [
        idColumn(queryInterface),
        'event_id INTEGER NOT NULL',
        'ticket_no INTEGER NOT NULL',
        'user_id INTEGER NOT NULL',
        'booked_by INTEGER NOT NULL',
        `status ${exactText(queryInterface, 16, 'ascii')} NOT NULL DEFAULT 'booked'`,
        'createdAt DATETIME(3) NOT NULL',
        'updatedAt DATETIME(3) NOT NULL',
        "CONSTRAINT ck_bookings_status CHECK (status IN ('booked', 'cancelled'))",
        'CONSTRAINT ck_bookings_ticket_no CHECK (ticket_no >= 1)',
        'CONSTRAINT uq_bookings_ticket UNIQUE (event_id, ticket_no)',
        'CONSTRAINT fk_bookings_event FOREIGN KEY (event_id) REFERENCES events (id) ON DELETE RESTRICT',
        'CONSTRAINT fk_bookings_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE RESTRICT',
        'CONSTRAINT fk_bookings_booked_by FOREIGN KEY (booked_by) REFERENCES users (id) ON DELETE RESTRICT',
      ],
      indexes: {
        ix_bookings_held: 'event_id, user_id, status',
        ix_bookings_user: 'user_id',
        ix_bookings_booked_by: 'booked_by',
      },
    });
  },

  /** @param {import('sequelize').QueryInterface} queryInterface */
  async down(queryInterface) {
    await queryInterface.dropTable('bookings');
  },
};
