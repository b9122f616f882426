// @ts-check
'use strict';

const TABLE = 'audit_log';
const NAME = 'uq_audit_log_version';

/** @param {import('sequelize').QueryInterface} queryInterface */
async function hasIndex(queryInterface) {
  const indexes = /** @type {{ name: string }[]} */ (await queryInterface.showIndex(TABLE));
  return indexes.some(({ name }) => name === NAME);
}

module.exports = {
  /**
   * One row for each version of an event, and the changes of an event in their order.
   * @param {import('sequelize').QueryInterface} queryInterface
   */
  async up(queryInterface) {
    if (await hasIndex(queryInterface)) return;
    await queryInterface.addIndex(TABLE, ['event_id', 'version'], { name: NAME, unique: true });
  },

  /** @param {import('sequelize').QueryInterface} queryInterface */
  async down(queryInterface) {
    if (await hasIndex(queryInterface)) await queryInterface.removeIndex(TABLE, NAME);
  },
};
