import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';

/** The path on Debian. */
export const CHROMIUM_FILE = '/usr/bin/chromium';
/** Time limit for a page to show something: a busy machine needs over ten seconds. */
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

/** A fresh browser with one page, which records errors and hosts. */
export class Browser {
  /** Console errors and uncaught exceptions. */
  readonly complaints: string[] = [];
  /** Hosts that received any request. */
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
