import type { SentRequest } from './judge';
import { OPERATIONS } from './operations';
import type { WireAnswer } from './wire';

/** What the probe in the server process reports: see probe.js. */
export interface ServerReport {
  readonly worstMs: number;
  readonly worstBusyMs: number;
  readonly worstAt: string;
  readonly polluted: boolean;
  readonly startRss: number;
  readonly rss: number;
  readonly exit: { readonly code: number | null; readonly signal: string | null };
  /** Log lines with errors. */
  readonly errors: readonly string[];
  /** Its output other than log lines. */
  readonly otherOutput: readonly string[];
}

export interface FuzzReport {
  readonly seed: number;
  readonly requests: number;
  readonly seconds: number;
  readonly byStatus: Readonly<Record<string, number>>;
  readonly byKind: Readonly<Record<string, number>>;
  /** Operation → status → requests. */
  readonly byOperation: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Descriptions of faults; at most a hundred are kept. */
  readonly findings: readonly string[];
  /** Requests whose deadline passed before their turn: see `LATE_MS`. */
  readonly late: number;
  /** Events that reconcile. */
  readonly events: number;
  readonly server: ServerReport;
}

const MAX_FINDINGS = 100;
const MAX_FINDING_CHARACTERS = 1_000;
const NO_ANSWER = 'connection cut';

/** Counts requests, answers and faults. */
export class Tally {
  readonly #byStatus = new Map<string, number>();
  readonly #byKind = new Map<string, number>();
  readonly #byOperation = new Map(OPERATIONS.map(({ name }) => [name, new Map<string, number>()]));
  readonly #findings: string[] = [];
  readonly #start = performance.now();
  #requests = 0;
  #seconds = 0;
  events = 0;
  late = 0;
  server: ServerReport | undefined;

  constructor(private readonly options: { readonly seed: number }) {}

  count({ kind, operation }: SentRequest, answers: readonly WireAnswer[]): void {
    this.#requests += 1;
    this.#seconds = (performance.now() - this.#start) / 1_000;
    const status = answers[0] ? String(answers[0].status) : NO_ANSWER;
    increment(this.#byStatus, status);
    increment(this.#byKind, kind);
    if (operation) increment(this.#byOperation.get(operation.name)!, status);
  }

  find(finding: string): void {
    if (this.#findings.length < MAX_FINDINGS) {
      this.#findings.push(finding.slice(0, MAX_FINDING_CHARACTERS));
    }
  }

  report(): FuzzReport {
    if (!this.server) throw new Error('The server was not asked how it is');
    return {
      seed: this.options.seed,
      requests: this.#requests,
      seconds: this.#seconds,
      byStatus: sorted(this.#byStatus),
      byKind: sorted(this.#byKind),
      byOperation: Object.fromEntries(
        [...this.#byOperation].map(([name, statuses]) => [name, sorted(statuses)]),
      ),
      findings: this.#findings,
      events: this.events,
      late: this.late,
      server: this.server,
    };
  }
}

function increment(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function sorted(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}
