import { cpus, release, totalmem } from 'node:os';
import type { BenchDatabase } from '../support/bench-database';

/** What the figures depend on. */
export interface Machine {
  readonly date: string;
  readonly processors: string;
  readonly memory: string;
  readonly kernel: string;
  readonly node: string;
  readonly database: string;
}

const BYTES_PER_GB = 1_000_000_000;

export async function describeMachine(database: BenchDatabase): Promise<Machine> {
  const processors = cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    processors: `${String(processors.length)} processors (${processors[0]?.model ?? 'unknown'})`,
    memory: `${(totalmem() / BYTES_PER_GB).toFixed(0)} GB`,
    kernel: release(),
    node: process.versions.node,
    database: await database.version(),
  };
}
