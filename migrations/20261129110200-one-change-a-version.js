// @ts-check
'use strict';

/** Later rows of a version that an earlier row already stands for: new names and caps made none. */
const DOUBLES = `
  SELECT later.id FROM audit_log AS later
  JOIN audit_log AS earlier
    ON earlier.event_id = later.event_id
    AND earlier.version = later.version
    AND earlier.id < later.id
  WHERE later.action = 'event.update'`;

module.exports = {
  /**
   * Earlier versions gave a new name or cap the version that the event had already. These rows lose it,
   * so that each version of an event is one row. Safe to run again.
   * @param {import('sequelize').QueryInterface} queryInterface
   */
  async up(queryInterface) {
    await queryInterface.sequelize.query(
      `UPDATE audit_log SET version = NULL WHERE id IN (SELECT id FROM (${DOUBLES}) AS doubles)`,
    );
  },

  /** The rows do not say which version they had, and nothing needs it. */
  down: () => Promise.resolve(),
};
