// @ts-check
'use strict';
const { createTable, exactText, idColumn } = require('./helpers/create-table');

module.exports = {
  deletes: 'audit_log',
  /**
   * No foreign keys: the log outlives the rows it refers to, and is written under the hottest lock.
   * @param {import('sequelize').QueryInterface} queryInterface
   */
  async up(queryInterface) {
    await createTable(queryInterface, 'audit_log', {
      parts: [
        idColumn(queryInterface),
        `action ${exactText(queryInterface, 32, 'ascii')} NOT NULL`,
        'actor_id INTEGER NULL',
        'user_id INTEGER NULL',
        'event_id INTEGER NULL',
        'version INTEGER NULL',
        `reason ${exactText(queryInterface, 255)} NULL`,
        `request_id ${exactText(queryInterface, 128, 'ascii')} NULL`,
        'details MEDIUMTEXT NOT NULL',
        'createdAt DATETIME(3) NOT NULL',
      ],
      indexes: {
        ix_audit_log_event: 'event_id',
        ix_audit_log_user: 'user_id',
        ix_audit_log_actor: 'actor_id',
        ix_audit_log_action: 'action',
      },
    });
  },

  /** @param {import('sequelize').QueryInterface} queryInterface */
  async down(queryInterface) {
    await queryInterface.dropTable('audit_log');
  },
};
