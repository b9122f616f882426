// @ts-check
'use strict';
const { createTable, exactText, largeIdColumn } = require('./helpers/create-table');

module.exports = {
  deletes: 'sessions',
  /**
   * One row for each login that may still be refreshed. No foreign key: a session of an account that is
   * gone is refused, and a login would otherwise wait for whoever holds the account's row.
   * @param {import('sequelize').QueryInterface} queryInterface
   */
  async up(queryInterface) {
    const hash = exactText(queryInterface, 43, 'ascii');
    await createTable(queryInterface, 'sessions', {
      parts: [
        largeIdColumn(queryInterface),
        'user_id INTEGER NOT NULL',
        'token_version INTEGER NOT NULL',
        `family ${exactText(queryInterface, 22, 'ascii')} NOT NULL`,
        `token_hash ${hash} NOT NULL`,
        `used_hash ${hash} NULL`,
        `successor_salt ${hash} NULL`,
        'used_at DATETIME(3) NULL',
        'auth_time DATETIME(3) NOT NULL',
        'expires_at DATETIME(3) NOT NULL',
        'createdAt DATETIME(3) NOT NULL',
        'CONSTRAINT uq_sessions_family UNIQUE (family)',
      ],
      indexes: { ix_sessions_user: 'user_id', ix_sessions_expires: 'expires_at' },
    });
  },

  /** @param {import('sequelize').QueryInterface} queryInterface */
  async down(queryInterface) {
    await queryInterface.dropTable('sessions');
  },
};
