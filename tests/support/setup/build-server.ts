import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';

/** Compiles what has changed since the last build. */
export function buildServer(): void {
  const root = path.resolve(__dirname, '..', '..', '..');
  const compiler = createRequire(__filename).resolve('typescript/bin/tsc');
  execFileSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], {
    cwd: root,
    stdio: 'inherit',
  });
}
