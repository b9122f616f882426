import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const SECRET_BYTES = 48;

/**
 * A random secret that survives restarts, for running without any configuration.
 *
 * @throws if the data folder can't be written
 */
export function developmentSecret(root: string): { secret: string; file: string } {
  const file = path.join(root, 'data', 'secret');
  if (!existsSync(file)) createOnce(file, randomBytes(SECRET_BYTES).toString('base64'));
  return { secret: readFileSync(file, 'utf8').trim(), file };
}

/** Linking a finished file is atomic: two processes that start at once read the same secret. */
function createOnce(file: string, content: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const draft = `${file}.${String(process.pid)}`;
  writeFileSync(draft, content, { mode: 0o600 });
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    unlinkSync(draft);
  }
}
