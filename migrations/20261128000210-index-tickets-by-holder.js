// @ts-check
'use strict';

const TABLE = 'bookings';
const OLD = { name: 'ix_bookings_held', fields: ['event_id', 'user_id', 'status'] };
const NEW = { name: 'ix_bookings_holder', fields: ['event_id', 'user_id', 'status', 'ticket_no'] };

/**
 * @param {import('sequelize').QueryInterface} queryInterface
 * @param {string} name
 */
async function hasIndex(queryInterface, name) {
  const indexes = /** @type {{ name: string }[]} */ (await queryInterface.showIndex(TABLE));
  return indexes.some((index) => index.name === name);
}

/**
 * Adds the index before it drops the other one, so that a foreign key is never without one.
 * @param {import('sequelize').QueryInterface} queryInterface
 * @param {typeof OLD} added
 * @param {typeof OLD} dropped
 */
async function replaceIndex(queryInterface, added, dropped) {
  if (!(await hasIndex(queryInterface, added.name))) {
    await queryInterface.addIndex(TABLE, added.fields, { name: added.name });
  }
  if (await hasIndex(queryInterface, dropped.name)) {
    await queryInterface.removeIndex(TABLE, dropped.name);
  }
}

module.exports = {
  /**
   * One person's tickets for an event in the order of their numbers: the last ones are found without
   * reading all of them.
   * @param {import('sequelize').QueryInterface} queryInterface
   */
  up: (queryInterface) => replaceIndex(queryInterface, NEW, OLD),

  /** @param {import('sequelize').QueryInterface} queryInterface */
  down: (queryInterface) => replaceIndex(queryInterface, OLD, NEW),
};
