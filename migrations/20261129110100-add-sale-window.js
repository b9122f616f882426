// @ts-check
'use strict';
const { isSqlite } = require('./helpers/create-table');

const ORDER =
  'CONSTRAINT ck_events_sale_window CHECK (sale_starts_at IS NULL OR sale_ends_at IS NULL OR sale_starts_at < sale_ends_at)';
/** In the order in which SQLite can add them: it checks the order of the two along with the second. */
const COLUMNS = ['starts_at', 'sale_starts_at', 'sale_ends_at', 'metadata'];

/** @param {string} name */
const typeOf = (name) => (name === 'metadata' ? 'MEDIUMTEXT NULL' : 'DATETIME(3) NULL');

module.exports = {
  /**
   * When an event takes place, when its tickets are sold, and what clients keep with it. MySQL copies
   * the table for the constraint; it holds one row for each event.
   * @param {import('sequelize').QueryInterface} queryInterface
   */
  async up(queryInterface) {
    const { sequelize } = queryInterface;
    const known = await queryInterface.describeTable('events');
    const missing = COLUMNS.filter((name) => !(name in known));
    if (isSqlite(queryInterface)) {
      for (const name of missing) {
        const rule = name === 'sale_ends_at' ? ` ${ORDER}` : '';
        await sequelize.query(`ALTER TABLE events ADD COLUMN ${name} ${typeOf(name)}${rule}`);
      }
      return;
    }
    if (missing.length === 0) return;
    const added = missing.map((name) => `ADD COLUMN ${name} ${typeOf(name)}`);
    await sequelize.query(`ALTER TABLE events ${added.join(', ')}, ADD ${ORDER}`);
  },

  /** @param {import('sequelize').QueryInterface} queryInterface */
  async down(queryInterface) {
    const { sequelize } = queryInterface;
    const dropped = [...COLUMNS].reverse();
    if (isSqlite(queryInterface)) {
      for (const name of dropped) await sequelize.query(`ALTER TABLE events DROP COLUMN ${name}`);
      return;
    }
    await sequelize.query(
      `ALTER TABLE events DROP CONSTRAINT ck_events_sale_window, ${dropped
        .map((name) => `DROP COLUMN ${name}`)
        .join(', ')}`,
    );
  },
};
