// @ts-check
'use strict';
const { createTable } = require('./helpers/create-table');

module.exports = {
  deletes: 'waitlist_blocks',
  /**
   * Sums over blocks of queue numbers: a position is read from them without counting everyone ahead.
   * @param {import('sequelize').QueryInterface} queryInterface
   */
  async up(queryInterface) {
    await createTable(queryInterface, 'waitlist_blocks', {
      parts: [
        'event_id INTEGER NOT NULL',
        'priority INTEGER NOT NULL',
        'block INTEGER NOT NULL',
        'entries INTEGER NOT NULL',
        'tickets INTEGER NOT NULL',
        'CONSTRAINT pk_waitlist_blocks PRIMARY KEY (event_id, priority, block)',
        'CONSTRAINT fk_waitlist_blocks_event FOREIGN KEY (event_id) REFERENCES events (id) ON DELETE RESTRICT',
      ],
    });
  },

  /** @param {import('sequelize').QueryInterface} queryInterface */
  async down(queryInterface) {
    await queryInterface.dropTable('waitlist_blocks');
  },
};
