// @ts-check
'use strict';
/**
 * The database settings for `npx sequelize-cli`: those of the server, from the same variables and the
 * same `.env.<NODE_ENV>.local` file, so that either runner can continue where the other stopped.
 */
const { mkdirSync } = require('node:fs');
const path = require('node:path');

require('ts-node').register({ transpileOnly: true, cwd: path.resolve(__dirname, '..', '..') });
const { loadDatabaseSettings } = require('../../src/config/load-config');
const { maintenanceOptions } = require('../../src/database/sequelize');

const settings = loadDatabaseSettings(process.env);
if (settings.dialect === 'sqlite') mkdirSync(path.dirname(settings.storage), { recursive: true });
const options = { ...maintenanceOptions(settings), seederStorage: 'sequelize' };

// sequelize-cli reads the one that NODE_ENV names.
module.exports = { development: options, test: options, production: options };
