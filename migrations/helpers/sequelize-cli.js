// @ts-check
'use strict';
/**
 * The database for `npx sequelize-cli`: the one that the server would use, by the same variables and
 * the same `.env.<NODE_ENV>.local` file, so that either runner can go on where the other stopped.
 */
const { mkdirSync } = require('node:fs');
const path = require('node:path');

require('ts-node').register({ transpileOnly: true, cwd: path.resolve(__dirname, '..', '..') });
const { loadDatabaseSettings } = require('../../src/config/load-config');
const { maintenanceOptions } = require('../../src/database/sequelize');

const settings = loadDatabaseSettings(process.env);
if (settings.dialect === 'sqlite') mkdirSync(path.dirname(settings.storage), { recursive: true });
const options = { ...maintenanceOptions(settings), seederStorage: 'sequelize' };

// sequelize-cli asks for the one that NODE_ENV names.
module.exports = { development: options, test: options, production: options };
