// @ts-check
'use strict';

/**
 * @typedef {object} TableDefinition
 * @property {string[]} parts columns and constraints, in SQL that MySQL, MariaDB and SQLite share
 * @property {Record<string, string>} [indexes] name → columns, for indexes that are not unique
 */

/** @param {import('sequelize').QueryInterface} queryInterface */
const isSqlite = (queryInterface) => queryInterface.sequelize.getDialect() === 'sqlite';

/**
 * The primary key column.
 * @param {import('sequelize').QueryInterface} queryInterface
 */
const idColumn = (queryInterface) =>
  isSqlite(queryInterface)
    ? 'id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL'
    : 'id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY';

/**
 * The primary key column of a table that may have more rows than 32 bits can count.
 * @param {import('sequelize').QueryInterface} queryInterface
 */
const largeIdColumn = (queryInterface) =>
  isSqlite(queryInterface)
    ? idColumn(queryInterface)
    : 'id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY';

/**
 * Text that compares byte by byte, as SQLite does by default.
 * @param {import('sequelize').QueryInterface} queryInterface
 * @param {number} length in characters
 * @param {'utf8mb4' | 'ascii'} [charset]
 */
const exactText = (queryInterface, length, charset = 'utf8mb4') =>
  isSqlite(queryInterface)
    ? `VARCHAR(${length})`
    : `VARCHAR(${length}) CHARACTER SET ${charset} COLLATE ${charset}_bin`;

/**
 * Creates a table completely or not at all: in one statement on MySQL, where each statement commits
 * on its own, and in one transaction on SQLite. Safe to run again after a crash.
 *
 * @param {import('sequelize').QueryInterface} queryInterface
 * @param {string} table
 * @param {TableDefinition} definition
 */
async function createTable(queryInterface, table, { parts, indexes = {} }) {
  const { sequelize } = queryInterface;
  const named = Object.entries(indexes);
  if (!isSqlite(queryInterface)) {
    const keys = named.map(([name, columns]) => `KEY ${name} (${columns})`);
    const body = [...parts, ...keys].join(',\n  ');
    await sequelize.query(
      `CREATE TABLE IF NOT EXISTS ${table} (\n  ${body}\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`,
    );
    return;
  }
  await sequelize.transaction(async (transaction) => {
    const body = parts.join(',\n  ');
    await sequelize.query(`CREATE TABLE IF NOT EXISTS ${table} (\n  ${body}\n)`, { transaction });
    for (const [name, columns] of named) {
      await sequelize.query(`CREATE INDEX IF NOT EXISTS ${name} ON ${table} (${columns})`, {
        transaction,
      });
    }
  });
}

module.exports = { createTable, exactText, idColumn, isSqlite, largeIdColumn };
