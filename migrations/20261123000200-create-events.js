// @ts-check
'use strict';
const { createTable, exactText, idColumn } = require('./helpers/create-table');

module.exports = {
  deletes: 'events',
  /** @param {import('sequelize').QueryInterface} queryInterface */
  async up(queryInterface) {
    await createTable(queryInterface, 'events', {
      parts: [
        idColumn(queryInterface),
        `event_name ${exactText(queryInterface, 255)} NOT NULL`,
        'total_tickets INTEGER NOT NULL',
        'available_tickets DECIMAL(10,0) NOT NULL',
        `status ${exactText(queryInterface, 16, 'ascii')} NOT NULL DEFAULT 'active'`,
        'organizer_id INTEGER NULL',
        'max_tickets_per_user INTEGER NULL',
        'version INTEGER NOT NULL DEFAULT 0',
        'next_ticket_no INTEGER NOT NULL DEFAULT 1',
        'next_queue_no INTEGER NOT NULL DEFAULT 1',
        'waitlist_count INTEGER NOT NULL DEFAULT 0',
        'waitlist_tickets INTEGER NOT NULL DEFAULT 0',
        'createdAt DATETIME(3) NOT NULL',
        'updatedAt DATETIME(3) NOT NULL',
        "CONSTRAINT ck_events_status CHECK (status IN ('active', 'cancelled'))",
        'CONSTRAINT ck_events_total CHECK (total_tickets >= 1)',
        'CONSTRAINT ck_events_available CHECK (available_tickets >= 0 AND available_tickets <= total_tickets)',
        'CONSTRAINT ck_events_cap CHECK (max_tickets_per_user IS NULL OR max_tickets_per_user >= 1)',
        'CONSTRAINT ck_events_waiting CHECK (waitlist_count >= 0 AND waitlist_tickets >= waitlist_count)',
        'CONSTRAINT ck_events_no_stock_while_waiting CHECK (available_tickets = 0 OR waitlist_count = 0)',
        'CONSTRAINT uq_events_name UNIQUE (event_name)',
        'CONSTRAINT fk_events_organizer FOREIGN KEY (organizer_id) REFERENCES users (id) ON DELETE RESTRICT',
      ],
      indexes: { ix_events_status: 'status', ix_events_organizer: 'organizer_id' },
    });
  },

  /** @param {import('sequelize').QueryInterface} queryInterface */
  async down(queryInterface) {
    await queryInterface.dropTable('events');
  },
};
