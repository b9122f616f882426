import cluster from 'node:cluster';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Server as TcpServer, type AddressInfo } from 'node:net';
import * as timers from 'node:timers/promises';
import type { Express } from 'express';
import type { Logger } from '../observability/logger';
import { MalformedRequests } from './malformed-requests';
import { dropStalledReaders } from './stalled-readers';

/** How long a client may take to send a request's head, and all of it. */
const HEADERS_TIMEOUT_MS = 8_000;
const REQUEST_TIMEOUT_MS = 10_000;
/** How often these two are checked. */
const CHECK_INTERVAL_MS = 1_000;
/** How long an idle connection is kept for the next request. */
export const KEEP_ALIVE_MS = 10_000;
/** How long a draining server waits for what is in flight. */
export const DRAIN_LIMIT_MS = 9_000;
/**
 * How long a draining server keeps connections that are idle: a proxy may just be sending a request
 * on one, and would not know what has become of it. A proxy that lets go of idle connections sooner
 * loses none.
 */
export const IDLE_GRACE_MS = 2_000;
/**
 * Connections that may wait to be accepted while the event loop is busy; the system may allow fewer
 * (`net.core.somaxconn`). One that finds no room believes itself connected and is never heard of.
 */
const BACKLOG_CONNECTIONS = 4_096;
/** How often a draining server looks for connections that have become idle. */
const SWEEP_INTERVAL_MS = 50;
/**
 * How long no connection must have come before a server that is to stop closes its listener: longer
 * than a primary process takes to hand one that waits to its worker.
 */
const QUIET_MS = 5;
/** How long it waits for that. */
const QUIET_LIMIT_MS = 1_000;
/**
 * How long a worker answers nothing more after that. The workers of a primary process share its
 * listener, which is closed with the last of them: clients answered before would come anew.
 */
const OTHER_WORKERS_MS = 250;

/** An HTTP server that starts and stops cleanly. */
export class HttpServer {
  readonly #server: Server;
  #isDraining = false;
  /** Ends when a server that is to stop takes no more connections: requests wait for it. */
  #closing: Promise<void> | undefined;

  constructor(app: Express, logger: Logger) {
    const malformed = new MalformedRequests(logger);
    const serve = (request: IncomingMessage, response: ServerResponse): void => {
      malformed.note(request, response);
      const begin = (): void => {
        // Once draining, a connection is not used for another request.
        if (this.#isDraining) response.setHeader('Connection', 'close');
        app(request, response);
      };
      if (this.#closing === undefined) begin();
      else void this.#closing.then(begin);
    };
    this.#server = createServer(
      {
        headersTimeout: HEADERS_TIMEOUT_MS,
        requestTimeout: REQUEST_TIMEOUT_MS,
        connectionsCheckingInterval: CHECK_INTERVAL_MS,
        keepAliveTimeout: KEEP_ALIVE_MS,
        // The application answers it, as all other faults.
        requireHostHeader: false,
      },
      serve,
    );
    // Expectations that nobody knows are not met, and no reason to refuse a request.
    this.#server.on('checkExpectation', serve);
    this.#server.on('clientError', (error, socket) => {
      malformed.answer(error, socket);
    });
    dropStalledReaders(this.#server);
  }

  /**
   * @param port 0 takes a free one
   * @returns the port
   * @throws where the port can't be had
   */
  listen(port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ port, backlog: BACKLOG_CONNECTIONS }, () => {
        this.#server.off('error', reject);
        resolve((this.#server.address() as AddressInfo).port);
      });
    });
  }

  /** Takes no new connection, lets what is in flight finish, and cuts what does not in time. */
  async drain(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#closing = this.#stopListening();
    await this.#closing;
    this.#closing = undefined;
    this.#isDraining = true;
    let sweep: NodeJS.Timeout | undefined;
    const grace = setTimeout(() => {
      sweep = setInterval(() => {
        this.#server.closeIdleConnections();
      }, SWEEP_INTERVAL_MS);
    }, IDLE_GRACE_MS);
    const limit = setTimeout(() => {
      this.#server.closeAllConnections();
    }, DRAIN_LIMIT_MS);
    await closed;
    clearTimeout(grace);
    clearInterval(sweep);
    clearTimeout(limit);
  }

  /**
   * Closes the listener as soon as no connection seems to wait to be accepted.
   *
   * The system resets those that do wait, and whoever has sent a request on one can't know what has
   * become of it. Clients that are not answered meanwhile do not come with the next.
   */
  async #stopListening(): Promise<void> {
    const startedAt = performance.now();
    let lastCameAt = startedAt;
    const note = (): void => {
      lastCameAt = performance.now();
    };
    this.#server.on('connection', note);
    for (let now = startedAt; now - startedAt < QUIET_LIMIT_MS; now = performance.now()) {
      await timers.setTimeout(QUIET_MS);
      // What came while the event loop was busy is accepted now.
      await timers.setImmediate();
      if (lastCameAt <= now) break;
    }
    this.#server.off('connection', note);
    // The HTTP server's own close would cut idle connections at once.
    TcpServer.prototype.close.call(this.#server);
    if (cluster.isWorker) await timers.setTimeout(OTHER_WORKERS_MS);
  }
}
