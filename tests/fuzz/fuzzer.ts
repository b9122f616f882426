import fc from 'fast-check';
import type { DatabaseSettings } from '../../src/config/config';
import { leakInLog } from '../support/setup/leaks';
import { ServerProcess } from '../support/servers/server-process';
import { judge, type SentRequest } from './judge';
import { anyRequest, type FuzzRequest } from './requests';
import { Tally, type FuzzReport, type ServerReport } from './tally';
import { Wire, type WireAnswer } from './wire';
import { asBytes } from './wire-format';
import { FuzzWorld, LIVE_ACTORS, type DeadActor, type LiveActor } from './world';

export interface FuzzOptions {
  readonly requests: number;
  readonly seed: number;
  /** How many clients send at the same time. */
  readonly lanes: number;
  /** How many requests to skip, to reproduce a finding faster. */
  readonly skip?: number;
  /** No new request after this time. */
  readonly limitMs?: number;
  /** Called now and then with the progress. */
  readonly onProgress?: (done: number) => void;
}

/** Requests made at once: fast-check gives the same ones for the same seed and number. */
const BATCH = 500;
/**
 * A 503 after this time is a request that waited until its deadline, because the machine is too busy. An
 * earlier 503 is a fault.
 */
const LATE_MS = 900;
/** Heads up to here are kept on one connection; Node reads no more than 16 KiB. */
const KEPT_HEAD_BYTES = 14_000;
const KEPT: readonly string[] = ['length', 'chunked'];

/**
 * Starts a server, sends it requests generated from its own document, and checks each answer. At the end
 * it checks the server and reconciles every event.
 *
 * @param settings a separate database, which may be empty
 */
export async function fuzz(settings: DatabaseSettings, options: FuzzOptions): Promise<FuzzReport> {
  const world = await FuzzWorld.open(settings);
  const tally = new Tally(options);
  try {
    const server = await ServerProcess.start(settings, {
      env: { LOG_LEVEL: 'debug' },
      nodeOptions: ['--require', require.resolve('./probe.js')],
      onLine: (line, text) => {
        const leak = leakInLog(text);
        if (leak !== null) tally.find(`The log leaks ${leak}: ${text}`);
        return line.level === 'error' || line.message === 'Probe';
      },
    });
    try {
      server.signal('SIGUSR2');
      await new Lanes(world, server.port, tally, options).run();
      tally.server = await endOf(server);
    } finally {
      await server.kill();
    }
    for await (const {
      event,
      faults,
    } of world.observer.container.services.reconcile.reconcileAll()) {
      tally.events += 1;
      for (const fault of faults)
        tally.find(`Event ${String(event.id)} does not reconcile: ${fault}`);
    }
  } finally {
    await world.close();
  }
  return tally.report();
}

/** Stops the server, and returns its final state. */
async function endOf(server: ServerProcess): Promise<ServerReport> {
  const exit = await server.stop();
  const probe = server.log.find(({ message }) => message === 'Probe') as unknown as ServerReport;
  return {
    ...probe,
    exit,
    errors: server.log.filter(({ level }) => level === 'error').map((line) => JSON.stringify(line)),
    otherOutput: server.otherOutput,
  };
}

/** Several clients that each send the next request as soon as their last one is answered. */
class Lanes {
  #taken = 0;
  #batch: FuzzRequest[] = [];
  readonly #limit: number;

  constructor(
    private readonly world: FuzzWorld,
    private readonly port: number,
    private readonly tally: Tally,
    private readonly options: FuzzOptions,
  ) {
    this.#taken = options.skip ?? 0;
    this.#limit = performance.now() + (options.limitMs ?? Infinity);
  }

  async run(): Promise<void> {
    await Promise.all(Array.from({ length: this.options.lanes }, () => this.#lane()));
  }

  async #lane(): Promise<void> {
    const wire = new Wire(this.port);
    for (let next = this.#next(); next; next = this.#next()) {
      const { number, request } = next;
      await this.#send(wire, request).catch((error: unknown) => {
        this.tally.find(`Request ${String(number)} (${request.kind}): ${(error as Error).message}`);
      });
    }
    wire.close();
  }

  #next(): { number: number; request: FuzzRequest } | undefined {
    const number = this.#taken;
    const { requests, skip = 0, seed, onProgress } = this.options;
    if (number >= skip + requests || performance.now() > this.#limit) return undefined;
    if (number % BATCH === 0 || this.#batch.length === 0) {
      const batch = Math.floor(number / BATCH);
      this.#batch = fc.sample(anyRequest, { numRuns: BATCH, seed: seed + batch });
      onProgress?.(number - skip);
    }
    this.#taken += 1;
    return { number, request: this.#batch[number % BATCH]! };
  }

  async #send(wire: Wire, request: FuzzRequest): Promise<void> {
    const { world } = this;
    const { actor } = request;
    const self = isLive(actor) ? world.person(actor, request.person) : undefined;
    const token = isLive(actor) ? `Bearer ${self!.token}` : world.deadToken(actor);
    const rendered = request.headers.map(
      ([name, value]) => [name, world.render(value, self)] as const,
    );
    const sent: SentRequest = {
      ...request,
      headers: token === undefined ? rendered : [...rendered, ['Authorization', token] as const],
      sentTarget: world.render(request.target, self),
      sentBody:
        typeof request.body === 'string'
          ? Buffer.from(world.render(request.body, self))
          : request.body,
    };
    const start = performance.now();
    const answers = await this.#exchange(wire, sent);
    const waitedMs = performance.now() - start;
    this.tally.count(sent, answers);
    for (const answer of answers) {
      if (answer.status === 503 && waitedMs > LATE_MS) this.tally.late += 1;
      else judge(sent, answer);
    }
    const [answer] = answers;
    if (!answer || request.framing !== 'length') return;
    if (self && isLive(actor) && answer.status === 401 && answer.text.includes('INVALID_TOKEN')) {
      await world.replace(actor, self);
    }
    if (answer.status < 300 && answer.text.startsWith('{')) {
      world.learn(JSON.parse(answer.text), answer.headers);
    }
  }

  async #exchange(wire: Wire, sent: SentRequest): Promise<WireAnswer[]> {
    const { method, framing, sentTarget, sentBody, headers } = sent;
    const bytes = asBytes({ method, target: sentTarget, headers, body: sentBody, framing });
    const isKept =
      KEPT.includes(framing) &&
      bytes.length - (sentBody?.length ?? 0) < KEPT_HEAD_BYTES &&
      method !== 'CONNECT';
    return isKept ? [await wire.ask(bytes, method)] : wire.askOnce(bytes, method);
  }
}

function isLive(actor: LiveActor | DeadActor): actor is LiveActor {
  return (LIVE_ACTORS as readonly string[]).includes(actor);
}
