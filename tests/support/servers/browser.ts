import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';

/** Debian's own. */
export const CHROMIUM_FILE = '/usr/bin/chromium';
/** A page that has not shown in this time what it should is broken: a busy machine needs over ten seconds. */
const PATIENCE_MS = 60_000;
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A browser that nobody has used before, with one page, and a note of all that went on in it. */
export class Browser {
  /** What the console complained of, and errors that no script caught. */
  readonly complaints: string[] = [];
  /** Hosts that were asked for anything. */
  readonly hosts = new Set<string>();

  private constructor(
    private readonly context: BrowserContext,
    private readonly folder: string,
    readonly page: Page,
  ) {
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(error.message));
    context.on('request', (request) => {
      const { protocol, host } = new URL(request.url());
      if (protocol !== 'data:' && protocol !== 'blob:') this.hosts.add(host);
    });
  }

  static async start(): Promise<Browser> {
    const folder = mkdtempSync(path.join(tmpdir(), 'tickets-browser-'));
    const context = await chromium.launchPersistentContext(folder, {
      executablePath: CHROMIUM_FILE,
      headless: true,
      args: ARGUMENTS,
      viewport: { width: 1_280, height: 1_000 },
    });
    return new Browser(context, folder, context.pages()[0] ?? (await context.newPage()));
  }

  async close(): Promise<void> {
    await this.context.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
