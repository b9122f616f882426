// @ts-check
'use strict';
const { createTable, exactText } = require('./helpers/create-table');

module.exports = {
  deletes: 'event_staff',

  /**
   * Rights of single people on single events.
   * @param {import('sequelize').QueryInterface} queryInterface
   */
  async up(queryInterface) {
    await createTable(queryInterface, 'event_staff', {
      parts: [
        'event_id INTEGER NOT NULL',
        'user_id INTEGER NOT NULL',
        `rights ${exactText(queryInterface, 64, 'ascii')} NOT NULL`,
        'createdAt DATETIME(3) NOT NULL',
        'updatedAt DATETIME(3) NOT NULL',
        'CONSTRAINT pk_event_staff PRIMARY KEY (event_id, user_id)',
        'CONSTRAINT fk_event_staff_event FOREIGN KEY (event_id) REFERENCES events (id) ON DELETE RESTRICT',
      ],
      indexes: { ix_event_staff_user: 'user_id' },
    });
  },

  /** @param {import('sequelize').QueryInterface} queryInterface */
  async down(queryInterface) {
    await queryInterface.dropTable('event_staff');
  },
};
