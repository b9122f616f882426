import { rmSync } from 'node:fs';
import { started } from './global-setup';

export default async function globalTeardown(): Promise<void> {
  await started.database?.stop();
  if (started.folder !== undefined) rmSync(started.folder, { recursive: true, force: true });
}
