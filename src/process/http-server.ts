import cluster from 'node:cluster';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Server as TcpServer, type AddressInfo } from 'node:net';
import * as timers from 'node:timers/promises';
import type { Express } from 'express';
import type { Config } from '../config/config';
import type { Logger } from '../observability/logger';
import { MalformedRequests } from './malformed-requests';
import { dropStalledReaders } from './stalled-readers';

/** How long a client may take to send the head of a request, and the whole request. */
const HEADERS_TIMEOUT_MS = 8_000;
const REQUEST_TIMEOUT_MS = 10_000;
/** How often these two are checked. */
const CHECK_INTERVAL_MS = 1_000;
/** How long a draining server waits for requests in flight. */
export const DRAIN_LIMIT_MS = 9_000;
/**
 * How long a draining server keeps idle connections: a proxy may be sending a request on one, and
 * could not know its outcome. A proxy that closes idle connections sooner loses no request.
 */
export const IDLE_GRACE_MS = 2_000;
/**
 * Connections that may wait to be accepted while the event loop is busy; the system may allow fewer
 * (`net.core.somaxconn`). A client beyond that considers itself connected, but gets no answer.
 */
const BACKLOG_CONNECTIONS = 4_096;
/** How often a draining server looks for connections that have become idle. */
const SWEEP_INTERVAL_MS = 50;
/**
 * How long no connection must arrive before a stopping server closes its listener: longer than a
 * primary process takes to hand a waiting connection to its worker.
 */
const QUIET_MS = 5;
/** The longest wait for that. */
const QUIET_LIMIT_MS = 1_000;
/**
 * How long a worker sends no answers after that. The workers of a primary process share its listener,
 * which closes with the last of them: clients answered earlier would connect again.
 */
const OTHER_WORKERS_MS = 250;

/** An HTTP server that starts and stops cleanly. */
export class HttpServer {
  readonly #server: Server;
  #isDraining = false;
  /** Resolves when a stopping server accepts no more connections; requests wait for it. */
  #closing: Promise<void> | undefined;

  constructor(
    app: Express,
    logger: Logger,
    private readonly settings: Pick<Config['http'], 'host' | 'port' | 'keepAliveSeconds'>,
  ) {
    const malformed = new MalformedRequests(logger);
    const serve = (request: IncomingMessage, response: ServerResponse): void => {
      malformed.note(request, response);
      const begin = (): void => {
        // While draining, a connection serves no further request.
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
        keepAliveTimeout: settings.keepAliveSeconds * 1_000,
        // The application rejects a missing Host header, like all other faults.
        requireHostHeader: false,
      },
      serve,
    );
    // Unknown expectations are ignored; they are no reason to reject a request.
    this.#server.on('checkExpectation', serve);
    this.#server.on('clientError', (error, socket) => {
      malformed.answer(error, socket);
    });
    dropStalledReaders(this.#server);
  }

  /** @throws if the address or the port is not available */
  listen(): Promise<{ readonly port: number; readonly url: string }> {
    const { host, port } = this.settings;
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host: host ?? undefined, port, backlog: BACKLOG_CONNECTIONS }, () => {
        this.#server.off('error', reject);
        const bound = (this.#server.address() as AddressInfo).port;
        resolve({ port: bound, url: `http://${hostInUrl(host)}:${String(bound)}` });
      });
    });
  }

  /** Accepts no new connections, finishes requests in flight, and closes the rest at the limit. */
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
   * The system resets connections that still wait, and a client that has sent a request on one can't
   * know its outcome. Clients that get no answer meanwhile send no further request.
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
      // Accepts the connections that arrived while the event loop was busy.
      await timers.setImmediate();
      if (lastCameAt <= now) break;
    }
    this.#server.off('connection', note);
    // The close method of the HTTP server would also close idle connections immediately.
    TcpServer.prototype.close.call(this.#server);
    if (cluster.isWorker) await timers.setTimeout(OTHER_WORKERS_MS);
  }
}

/** A name under which this machine reaches the server. */
function hostInUrl(host: string | null): string {
  if (host === null || host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
