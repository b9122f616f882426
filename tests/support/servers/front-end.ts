import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import ts from 'typescript';

const ROOT = path.resolve(__dirname, '..', '..', '..');
const OPENAPI_FETCH = path.join(ROOT, 'node_modules', 'openapi-fetch', 'dist', 'index.mjs');

/** The clients of docs/client, as files of a browser's project. */
export const CLIENT_FILES = ['book-tickets', 'follow-event'].map((name) =>
  path.join(ROOT, 'docs', 'client', `${name}.ts`),
);

/** Makes the exports of the clients global, for scripts that a test runs in the page. */
const PAGE = `<!DOCTYPE html>
<link rel="icon" href="data:,">
<script type="importmap">{ "imports": { "openapi-fetch": "/openapi-fetch.js" } }</script>
<script type="module">
import { bookTickets } from '/book-tickets.js';
import { followEvent } from '/follow-event.js';
Object.assign(globalThis, { bookTickets, followEvent });
</script>`;

/** A web server with a page that uses the clients of docs/client: an origin of its own. */
export class FrontEnd {
  private constructor(
    private readonly server: Server,
    readonly origin: string,
  ) {}

  static async start(): Promise<FrontEnd> {
    const scripts = new Map([['/openapi-fetch.js', readFileSync(OPENAPI_FETCH, 'utf8')]]);
    for (const file of CLIENT_FILES) {
      scripts.set(`/${path.basename(file, '.ts')}.js`, browserScript(file));
    }
    const server = createServer(({ url = '/' }, answer) => {
      const script = scripts.get(url);
      const type = script === undefined ? 'text/html' : 'text/javascript';
      answer.setHeader('Content-Type', `${type}; charset=utf-8`).end(script ?? PAGE);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return new FrontEnd(server, `http://127.0.0.1:${String(port)}`);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

function browserScript(file: string): string {
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
  return ts.transpileModule(readFileSync(file, 'utf8'), { compilerOptions }).outputText;
}

/** What the compiler says about the clients in a project that has a browser's types and no others. */
export function browserTypeErrors(): string[] {
  const program = ts.createProgram(CLIENT_FILES, {
    strict: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    types: [],
  });
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}
