import { readFileSync } from 'node:fs';

/** What `/proc` counts in: a hundredth of a second, on every Linux. */
const US_PER_TICK = 10_000;

/** Processor time, in microseconds. */
export interface ProcessorTime {
  /** Of the server's main thread. */
  readonly mainUs: number;
  /** Of its other threads: the garbage collector's and the compiler's helpers. */
  readonly othersUs: number;
  readonly databaseUs: number;
}

export function processorTime(serverPid: number, databasePid: number): ProcessorTime {
  const mainUs = timeIn(`/proc/${String(serverPid)}/task/${String(serverPid)}/stat`);
  return {
    mainUs,
    othersUs: timeIn(`/proc/${String(serverPid)}/stat`) - mainUs,
    databaseUs: timeIn(`/proc/${String(databasePid)}/stat`),
  };
}

/** The fields after the name of the program, which may contain spaces; 11 and 12 are the times. */
function timeIn(file: string): number {
  const text = readFileSync(file, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * US_PER_TICK;
}

/** For each of so many requests. */
export function perRequest(
  before: ProcessorTime,
  after: ProcessorTime,
  requests: number,
): ProcessorTime {
  return {
    mainUs: (after.mainUs - before.mainUs) / requests,
    othersUs: (after.othersUs - before.othersUs) / requests,
    databaseUs: (after.databaseUs - before.databaseUs) / requests,
  };
}
