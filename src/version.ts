import { readFileSync } from 'node:fs';
import path from 'node:path';

const manifest = JSON.parse(
  readFileSync(path.resolve(__dirname, '..', 'package.json'), 'utf8'),
) as { version: string };

/** The version of this server, as its package says. */
export const VERSION = manifest.version;
