// @ts-check
'use strict';

module.exports = {
  /**
   * The version as of which `waitlist_blocks` sums up an event's queue. Servers of earlier versions
   * leave it as it is, so that what they change is noticed and the sums are made again.
   * @param {import('sequelize').QueryInterface} queryInterface
   */
  async up(queryInterface) {
    const columns = await queryInterface.describeTable('events');
    if ('queue_counted_version' in columns) return;
    await queryInterface.sequelize.query(
      'ALTER TABLE events ADD COLUMN queue_counted_version INTEGER NULL',
    );
  },

  /** @param {import('sequelize').QueryInterface} queryInterface */
  async down(queryInterface) {
    await queryInterface.sequelize.query('ALTER TABLE events DROP COLUMN queue_counted_version');
  },
};
