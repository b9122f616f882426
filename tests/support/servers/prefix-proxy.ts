import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A proxy that serves a server under a path of its own, and strips that path: all else is another site. */
export class PrefixProxy {
  private constructor(
    private readonly server: Server,
    /** Where the server's root is, without a slash at the end. */
    readonly url: string,
  ) {}

  static async start(target: string, prefix: string): Promise<PrefixProxy> {
    const server = createServer((asked, answer) => {
      const { method, url = '/', headers } = asked;
      if (!url.startsWith(`${prefix}/`)) {
        answer.writeHead(404, { 'Content-Type': 'text/plain' }).end('another site');
        return;
      }
      const forwarded = request(
        new URL(url.slice(prefix.length), target),
        { method, headers },
        (answered) => {
          answer.writeHead(answered.statusCode ?? 502, answered.headers);
          answered.pipe(answer);
        },
      );
      asked.pipe(forwarded);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return new PrefixProxy(server, `http://127.0.0.1:${String(port)}${prefix}`);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
