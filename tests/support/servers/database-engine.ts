import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { userInfo } from 'node:os';
import path from 'node:path';

/** Where Debian and others put servers outside of the usual PATH. */
const SERVER_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/usr/bin', '/usr/local/bin'];

export type EngineName = 'mariadb' | 'mysql';

/** How a server of one make is run. */
export interface Engine {
  /** As people write it. */
  readonly label: string;
  /** The program, and the arguments that must come first. */
  readonly command: readonly [file: string, ...args: string[]];
  /**
   * Makes an empty data folder, with a root who has no password.
   *
   * @param options what can be chosen only now
   */
  initialize(dataFolder: string, options: readonly string[]): void;
}

/** The engine that the tests run on: see tests/run.mjs. */
export function testEngine(): EngineName {
  return process.env.TEST_DB_ENGINE === 'mysql' ? 'mysql' : 'mariadb';
}

/** @throws Error if it is not installed */
export function engineOf(name: EngineName): Engine {
  return name === 'mariadb' ? mariadb() : mysql();
}

function mariadb(): Engine {
  return {
    label: 'MariaDB',
    command: [required('mariadbd'), '--no-defaults', '--skip-name-resolve'],
    initialize(dataFolder, options) {
      const args = [
        '--no-defaults',
        `--datadir=${dataFolder}`,
        `--user=${userInfo().username}`,
        '--auth-root-authentication-method=normal',
        '--skip-test-db',
        ...options,
      ];
      execFileSync(required('mariadb-install-db'), args, { stdio: 'pipe' });
    },
  };
}

/** The server that mysql-archive.mjs has fetched, run with the loader and the libraries of its folder. */
function mysql(): Engine {
  const root = process.env.TEST_MYSQL_FOLDER;
  if (root === undefined) throw new Error('TEST_MYSQL_FOLDER is not set: use npm run test:mysql');
  const at = (...parts: string[]): string => path.join(root, 'usr', ...parts);
  const [libraries] = readdirSync(at('lib')).filter((name) => name.includes('-linux-gnu'));
  const loaders = readdirSync(at('lib', libraries!)).filter((name) => /^ld-linux.*\.so/.test(name));
  const command: Engine['command'] = [
    at('lib', libraries!, loaders[0]!),
    '--library-path',
    [at('lib', libraries!), at('lib', 'mysql', 'private')].join(':'),
    at('sbin', 'mysqld'),
    '--no-defaults',
    `--basedir=${at()}`,
    `--lc-messages-dir=${at('share', 'mysql')}`,
    `--character-sets-dir=${at('share', 'mysql', 'charsets')}`,
    `--plugin-dir=${at('lib', 'mysql', 'plugin')}`,
    '--secure-file-priv=NULL',
    '--mysqlx=OFF',
  ];
  return {
    label: 'MySQL',
    command,
    initialize(dataFolder, options) {
      const [file, ...args] = command;
      const own = [
        '--initialize-insecure',
        `--datadir=${dataFolder}`,
        `--user=${userInfo().username}`,
        ...options,
      ];
      execFileSync(file, [...args, ...own], { stdio: 'pipe' });
    },
  };
}

function required(name: string): string {
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), ...SERVER_FOLDERS];
  const file = folders.map((folder) => path.join(folder, name)).find((file) => existsSync(file));
  if (file === undefined) throw new Error(`${name} is not installed`);
  return file;
}
