// @ts-check
'use strict';
const { createTable, exactText, idColumn } = require('./helpers/create-table');

module.exports = {
  deletes: 'api_keys',

  /**
   * Keys of programs, by their hashes. No foreign key: a key whose account is gone is refused.
   * @param {import('sequelize').QueryInterface} queryInterface
   */
  async up(queryInterface) {
    await createTable(queryInterface, 'api_keys', {
      parts: [
        idColumn(queryInterface),
        'user_id INTEGER NOT NULL',
        `name ${exactText(queryInterface, 100)} NOT NULL`,
        `key_hash ${exactText(queryInterface, 43, 'ascii')} NOT NULL`,
        `prefix ${exactText(queryInterface, 16, 'ascii')} NOT NULL`,
        'expires_at DATETIME(3) NULL',
        'last_used_at DATETIME(3) NULL',
        'createdAt DATETIME(3) NOT NULL',
        'CONSTRAINT uq_api_keys_hash UNIQUE (key_hash)',
      ],
      indexes: { ix_api_keys_user: 'user_id, id' },
    });
  },

  /** @param {import('sequelize').QueryInterface} queryInterface */
  async down(queryInterface) {
    await queryInterface.dropTable('api_keys');
  },
};
