// @ts-check
'use strict';
const { isSqlite } = require('./create-table');

/** The largest number that MySQL's INTEGER holds. */
const INTEGER_MAX = 2_147_483_647;

/**
 * Gives a table's ids 64 bits. Nothing refers to the ids of the tables that this is for, so no foreign
 * key is in the way. MySQL copies the whole table for it, while writes to it wait: docs/operations.md.
 * Safe to run again: where the ids have 64 bits already, the statement changes nothing.
 *
 * Does nothing on SQLite, where each INTEGER has up to 64 bits.
 *
 * @param {import('sequelize').QueryInterface} queryInterface
 * @param {string} table
 */
async function widenIds(queryInterface, table) {
  if (isSqlite(queryInterface)) return;
  await queryInterface.sequelize.query(
    `ALTER TABLE ${table} MODIFY id BIGINT NOT NULL AUTO_INCREMENT`,
  );
}

/**
 * Gives a table's ids 32 bits again. Does nothing on SQLite.
 *
 * @param {import('sequelize').QueryInterface} queryInterface
 * @param {string} table
 * @throws Error if the table has an id that needs more; then nothing is changed
 */
async function narrowIds(queryInterface, table) {
  if (isSqlite(queryInterface)) return;
  const { sequelize } = queryInterface;
  // A server that is not in strict mode would write other ids without a word.
  const [[row]] = /** @type {[[{ largest: number | null }], unknown]} */ (
    await sequelize.query(`SELECT MAX(id) AS largest FROM ${table}`)
  );
  if ((row.largest ?? 0) > INTEGER_MAX) {
    throw new Error(
      `${table} has ids above ${INTEGER_MAX}, which do not fit into what the earlier version expects`,
    );
  }
  await sequelize.query(`ALTER TABLE ${table} MODIFY id INTEGER NOT NULL AUTO_INCREMENT`);
}

module.exports = { narrowIds, widenIds };
