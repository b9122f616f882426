/**
 * Brings Debian's own MySQL server into a folder, without root, container or any change to the packages
 * of the machine. Prints the folder:
 *
 *   node tests/support/servers/mysql-archive.mjs
 *
 * The folder is kept; remove it to get a newer version. Exits with 3 where the archive has no such
 * package, and with 1 after any other failure.
 */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const PACKAGE = 'mysql-server-core';
/** Debian's suite that has MySQL; its stable releases have MariaDB only. */
const SUITE = 'sid';
const KEYS = '/usr/share/keyrings/debian-archive-keyring.gpg';
const CACHE = path.join(
  process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache'),
  'event-ticket-booking-api',
);
/** The exit code that says that the archive has no such package. */
const NO_PACKAGE = 3;

/** This machine can't have Debian's MySQL: it is no fault of the tests. */
export class NoMysqlPackage extends Error {}

/**
 * The folder with the files of MySQL and of the libraries that it needs, fetched at the first call.
 *
 * @throws NoMysqlPackage where there is no Debian archive, or it has no such package
 */
export function mysqlFolder() {
  const folder = path.join(CACHE, 'mysql');
  if (!existsSync(folder)) fetchInto(folder);
  return folder;
}

function fetchInto(folder) {
  mkdirSync(CACHE, { recursive: true });
  // Moved to its place only when whole, so that an interrupted call leaves no half of a server.
  const draft = mkdtempSync(path.join(CACHE, 'draft-'));
  try {
    const debs = download(draft);
    const root = path.join(draft, 'root');
    for (const deb of debs) execFileSync('dpkg-deb', ['-x', deb, root]);
    if (!existsSync(folder)) renameSync(root, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** @returns the package files of the server and of everything that it needs */
function download(folder) {
  const options = aptOptions(folder, archive());
  apt([...options, 'update']);
  const known = apt([...options, 'policy', PACKAGE], 'apt-cache');
  if (!/Candidate: \d/.test(known)) {
    throw new NoMysqlPackage(`${archive()} has no package ${PACKAGE} in ${SUITE}`);
  }
  apt([...options, 'install', '--yes', '--download-only', '--no-install-recommends', PACKAGE]);
  const debs = path.join(folder, 'debs');
  return readdirSync(debs)
    .filter((name) => name.endsWith('.deb'))
    .map((name) => path.join(debs, name));
}

/** The address of the Debian archive that this machine's own sources name. */
function archive() {
  let uris;
  try {
    uris = apt(['--print-uris', 'update']);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    throw new NoMysqlPackage(
      'This machine has no apt-get, so there is no archive to take MySQL from',
    );
  }
  const found = /'([^']*\/debian)\/+dists\//.exec(uris);
  if (!found) throw new NoMysqlPackage("No Debian archive is among this machine's apt sources");
  return found[1];
}

/** Settings under which apt knows no package of the machine and writes only into the folder. */
function aptOptions(folder, address) {
  const at = (name) => path.join(folder, name);
  for (const name of ['lists/partial', 'debs/partial']) mkdirSync(at(name), { recursive: true });
  writeFileSync(at('sources.list'), `deb [signed-by=${KEYS}] ${address} ${SUITE} main\n`);
  writeFileSync(at('status'), '');
  const settings = {
    'Dir::Etc::sourcelist': at('sources.list'),
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::Etc::preferences': '/dev/null',
    'Dir::Etc::preferencesparts': '/dev/null',
    'Dir::State::lists': at('lists'),
    'Dir::State::status': at('status'),
    'Dir::State::extended_states': at('extended_states'),
    'Dir::Cache::archives': at('debs'),
    'Dir::Cache::pkgcache': '',
    'Dir::Cache::srcpkgcache': '',
    'Dir::Log': at('log'),
    // The folder may belong to someone whose files apt's own user can't reach.
    'APT::Sandbox::User': '',
    'Acquire::Languages': 'none',
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} "${value}";`);
  // Hooks of the machine would clean its own cache.
  const hooks = [
    'APT::Update::Post-Invoke',
    'APT::Update::Post-Invoke-Success',
    'DPkg::Post-Invoke',
  ];
  const config = [...lines, ...hooks.map((hook) => `#clear ${hook};`), ''].join('\n');
  writeFileSync(at('apt.conf'), config);
  return [`--config-file=${at('apt.conf')}`];
}

function apt(words, program = 'apt-get') {
  return execFileSync(program, ['--quiet', ...words], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LC_ALL: 'C' },
  });
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    console.log(mysqlFolder());
  } catch (error) {
    if (!(error instanceof NoMysqlPackage)) throw error;
    console.error(`No MySQL: ${error.message}`);
    process.exitCode = NO_PACKAGE;
  }
}
