// @ts-check
'use strict';
const { createTable, exactText, idColumn } = require('./helpers/create-table');

module.exports = {
  deletes: 'idempotency_keys',
  /** @param {import('sequelize').QueryInterface} queryInterface */
  async up(queryInterface) {
    await createTable(queryInterface, 'idempotency_keys', {
      parts: [
        idColumn(queryInterface),
        'user_id INTEGER NOT NULL',
        `route ${exactText(queryInterface, 64, 'ascii')} NOT NULL`,
        'event_id INTEGER NOT NULL DEFAULT 0',
        `idempotency_key ${exactText(queryInterface, 255, 'ascii')} NOT NULL`,
        `fingerprint ${exactText(queryInterface, 64, 'ascii')} NOT NULL`,
        'status INTEGER NOT NULL',
        'body MEDIUMTEXT NOT NULL',
        'createdAt DATETIME(3) NOT NULL',
        'CONSTRAINT uq_idempotency_keys_scope UNIQUE (user_id, event_id, route, idempotency_key)',
      ],
      indexes: { ix_idempotency_keys_created: 'createdAt' },
    });
  },

  /** @param {import('sequelize').QueryInterface} queryInterface */
  async down(queryInterface) {
    await queryInterface.dropTable('idempotency_keys');
  },
};
