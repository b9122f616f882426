// @ts-check
'use strict';
const { createTable, exactText, idColumn } = require('./helpers/create-table');

module.exports = {
  deletes: 'users',
  /** @param {import('sequelize').QueryInterface} queryInterface */
  async up(queryInterface) {
    await createTable(queryInterface, 'users', {
      parts: [
        idColumn(queryInterface),
        // Both null once the account is deleted; a unique key allows any number of nulls.
        `email ${exactText(queryInterface, 254)} NULL`,
        `password ${exactText(queryInterface, 72, 'ascii')} NULL`,
        `role ${exactText(queryInterface, 16, 'ascii')} NOT NULL DEFAULT 'user'`,
        'token_version INTEGER NOT NULL DEFAULT 0',
        'deleted_at DATETIME(3) NULL',
        'createdAt DATETIME(3) NOT NULL',
        'updatedAt DATETIME(3) NOT NULL',
        "CONSTRAINT ck_users_role CHECK (role IN ('user', 'organizer', 'admin'))",
        'CONSTRAINT ck_users_nameless CHECK ((deleted_at IS NULL) = (email IS NOT NULL))',
        'CONSTRAINT uq_users_email UNIQUE (email)',
      ],
      indexes: { ix_users_role: 'role' },
    });
  },

  /** @param {import('sequelize').QueryInterface} queryInterface */
  async down(queryInterface) {
    await queryInterface.dropTable('users');
  },
};
