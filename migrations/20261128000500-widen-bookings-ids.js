// @ts-check
'use strict';
const { narrowIds, widenIds } = require('./helpers/id-type');

module.exports = {
  /**
   * 64-bit ids. SQLite's have 64 bits already: there is nothing to do.
   * @param {import('sequelize').QueryInterface} queryInterface
   */
  async up(queryInterface) {
    await widenIds(queryInterface, 'bookings');
  },

  /** @param {import('sequelize').QueryInterface} queryInterface */
  async down(queryInterface) {
    await narrowIds(queryInterface, 'bookings');
  },
};
