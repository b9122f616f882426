import { setTimeout as pause } from 'node:timers/promises';
import type { Plan } from './plan';
import { BenchDatabase, type EventWish } from './support/bench-database';
import { BenchServer, type Contestant, type StartOptions } from './support/bench-server';
import { runLoad, type LoadResult, type LoadSpec } from './support/load';
import { perRequest, processorTime, type ProcessorTime } from './support/processor-time';

/** The expected answers. */
interface Expectation {
  /** Whether every request, some, or none may be refused with 4xx. */
  readonly refused?: 'none' | 'some' | 'all';
}

export type Asked = Omit<LoadSpec, 'url' | 'seconds' | 'tokensFile' | 'firstEventId'> &
  Expectation & {
    readonly seconds?: number;
    readonly tokensFile?: string;
    readonly event: EventWish;
  };

export interface Measured extends LoadResult, ProcessorTime {
  /** Answered requests a second. */
  readonly rate: number;
  /** Statements that the database ran for each request. */
  readonly statements: number;
}

/** More tickets than any run issues. */
export const PLENTY = 1_000_000;

/** Measures contestants, one after the other, on one database. */
export class Arena {
  private constructor(
    readonly plan: Plan,
    readonly database: BenchDatabase,
  ) {}

  static async open(plan: Plan): Promise<Arena> {
    return new Arena(plan, await BenchDatabase.start());
  }

  /** Starts a server, warms it up on other events, and stops it in the end. */
  async withServer<T>(
    contestant: Contestant,
    load: Omit<Asked, 'event'>,
    work: (server: BenchServer) => Promise<T>,
    options?: StartOptions,
  ): Promise<T> {
    const server = await BenchServer.start(contestant, this.database.settings, options);
    try {
      await this.measure(server, {
        ...load,
        seconds: this.plan.warmUpSeconds,
        event: { tickets: PLENTY },
        refused: 'some',
      });
      return await work(server);
    } finally {
      await server.stop();
    }
  }

  /**
   * Measures one load on events created for it.
   *
   * @throws Error if any request went wrong, because the figures are then meaningless
   */
  async measure(server: BenchServer, asked: Asked): Promise<Measured> {
    const { event, refused = 'none', ...load } = asked;
    const events = asked.events ?? 1;
    const firstEventId = await this.database.makeEvents({ ...event, events });
    const databaseId = await this.database.processId();
    const before = await this.database.statements();
    const timeBefore = processorTime(server.processId, databaseId);
    const result = await runLoad({
      tokensFile: this.database.askers,
      seconds: this.plan.seconds,
      ...load,
      url: server.url,
      firstEventId,
    });
    const timeAfter = processorTime(server.processId, databaseId);
    const statements = (await this.database.statements()) - before;
    if (result.broken > 0) throw new Error(`${String(result.broken)} requests got no answer`);
    const mayBeRefused = { none: 0, some: result.requests, all: result.requests }[refused];
    const mustBeRefused = refused === 'all' ? result.requests : 0;
    if (result.refused > mayBeRefused || result.refused < mustBeRefused) {
      throw new Error(`${String(result.refused)} of ${String(result.requests)} were refused`);
    }
    return {
      ...result,
      ...perRequest(timeBefore, timeAfter, result.requests),
      rate: result.requests / result.seconds,
      statements: statements / result.requests,
    };
  }

  async rest(ms: number): Promise<void> {
    await pause(ms);
  }

  async close(): Promise<void> {
    await this.database.stop();
  }
}

let startedAt = performance.now();

/** Reports progress on standard error, so that standard output contains only results. */
export function tell(text: string): void {
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  process.stderr.write(`${String(seconds).padStart(5)} s  ${text}\n`);
}

export function startClock(): void {
  startedAt = performance.now();
}
