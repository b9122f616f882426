// @ts-check
'use strict';
const { createTable, idColumn } = require('./helpers/create-table');

module.exports = {
  deletes: 'waitlists',
  /** @param {import('sequelize').QueryInterface} queryInterface */
  async up(queryInterface) {
    await createTable(queryInterface, 'waitlists', {
      parts: [
        idColumn(queryInterface),
        'event_id INTEGER NOT NULL',
        'user_id INTEGER NOT NULL',
        'requested_by INTEGER NOT NULL',
        'quantity INTEGER NOT NULL',
        'priority INTEGER NOT NULL DEFAULT 0',
        'queue_no INTEGER NOT NULL',
        'createdAt DATETIME(3) NOT NULL',
        'updatedAt DATETIME(3) NOT NULL',
        'CONSTRAINT ck_waitlists_quantity CHECK (quantity >= 1)',
        'CONSTRAINT ck_waitlists_priority CHECK (priority BETWEEN 0 AND 100)',
        'CONSTRAINT uq_waitlists_person UNIQUE (user_id, event_id)',
        'CONSTRAINT uq_waitlists_order UNIQUE (event_id, priority DESC, queue_no)',
        'CONSTRAINT fk_waitlists_event FOREIGN KEY (event_id) REFERENCES events (id) ON DELETE RESTRICT',
        'CONSTRAINT fk_waitlists_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE RESTRICT',
        'CONSTRAINT fk_waitlists_requested_by FOREIGN KEY (requested_by) REFERENCES users (id) ON DELETE RESTRICT',
      ],
      indexes: { ix_waitlists_requested_by: 'requested_by' },
    });
  },

  /** @param {import('sequelize').QueryInterface} queryInterface */
  async down(queryInterface) {
    await queryInterface.dropTable('waitlists');
  },
};
