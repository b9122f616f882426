import { existsSync } from 'node:fs';
import path from 'node:path';

/** Where Debian puts servers outside of the usual PATH. */
const FOLDERS = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin', '/usr/local/sbin'];
const DEBIAN_PACKAGES = {
  mariadbd: 'mariadb-server',
  'redis-server': 'redis-server',
  nginx: 'nginx-light',
  wrk: 'wrk',
} as const;

export type Tool = keyof typeof DEBIAN_PACKAGES;

/** @throws Error that names what to install */
export function requireTools(tools: readonly Tool[]): void {
  const missing = tools.filter((tool) => pathOf(tool) === undefined);
  if (missing.length === 0) return;
  const packages = missing.map((tool) => DEBIAN_PACKAGES[tool]).join(' ');
  throw new Error(`Not installed: ${missing.join(', ')}. On Debian: apt-get install ${packages}`);
}

/** @throws Error that names what to install */
export function fileOf(tool: Tool): string {
  requireTools([tool]);
  return pathOf(tool)!;
}

function pathOf(tool: Tool): string | undefined {
  return FOLDERS.map((folder) => path.join(folder, tool)).find((file) => existsSync(file));
}
