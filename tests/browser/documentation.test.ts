import type { Locator, Page } from 'playwright-core';
import { Migrator } from '../../src/database/migrator';
import { Browser } from '../support/servers/browser';
import { PrefixProxy } from '../support/servers/prefix-proxy';
import { ServerProcess } from '../support/servers/server-process';
import type { ApiAnswer } from '../support/http/test-api';
import { emptyDatabase } from '../support/setup/test-database';

/** The README's picture is taken again only if documents are to be written. */
const TAKES_SCREENSHOT = process.env.TEST_WRITE_DOCS === 'true';

/** In CSS pixels, as many phones are. */
const PHONE = { width: 390, height: 844 };

describe('the documentation page', () => {
  let server: ServerProcess;
  let browser: Browser;
  beforeAll(async () => {
    // The examples refer to the first event, so the database must be empty.
    const database = await emptyDatabase('browser');
    await new Migrator(database).up();
    server = await ServerProcess.start(database);
  });
  beforeEach(async () => {
    browser = await Browser.start();
  });
  afterEach(() => browser.close());
  afterAll(() => server.stop());

  it('leads from sign-up to a partial booking with unchanged examples', async () => {
    const { page } = browser;
    await page.goto(`${server.url}/api-docs`);

    await execute(page, 'Sign-in', 'postAuthSignup', 201);
    const login = await execute(page, 'Sign-in', 'postAuthLogin', 200);
    await authorize(page, login.data.token as string);
    const event = await execute(page, 'Events', 'postEventsInitialize', 201);
    expect(event.data).toMatchObject({ total_tickets: 2, available_tickets: 2 });

    const { data } = await execute(page, 'Tickets', 'postTicketsBook', 201);

    expect(data.outcome).toBe('partially_booked');
    expect(data.bookings).toHaveLength(2);
    expect(data.waitlisted).toEqual([{ user_id: login.data.user.id, quantity: 1, position: 1 }]);
    if (TAKES_SCREENSHOT) await takeScreenshot(page);
    // Reading requires no typing either.
    const mine = await execute(page, 'Tickets', 'getEventsEventIdMe', 200);
    expect(mine.data).toMatchObject({ tickets_held: 2, tickets_ahead: 0 });
    const list = await execute(page, 'Tickets', 'getTickets', 200);
    expect(list.data).toHaveLength(2);

    expect(browser.complaints).toEqual([]);
    expect([...browser.hosts]).toEqual([new URL(server.url).host]);
  });

  it('remembers the token over a reload', async () => {
    const { page } = browser;
    await page.goto(`${server.url}/api-docs/`);
    const credentials = { email: 'reload@example.com', password: 'correct horse battery' };
    await page.request.post(`${server.url}/api/auth/signup`, { data: credentials });
    const login = await page.request.post(`${server.url}/api/auth/login`, { data: credentials });
    const { data } = (await login.json()) as { data: { token: string } };
    await authorize(page, data.token);

    await page.reload();

    const me = await execute(page, 'Accounts', 'getUsersMe', 200);
    expect(me.data.email).toBe(credentials.email);
  });

  it('works where a proxy serves it under a path of its own, from the home page on', async () => {
    const proxy = await PrefixProxy.start(server.url, '/shop/tickets');
    try {
      const { page } = browser;
      for (const address of ['/', '/no/such/page']) {
        await page.goto(proxy.url + address);
        await page.getByRole('link', { name: 'Documentation' }).click();
        await page.waitForURL(`${proxy.url}/api-docs/`);
      }
      await page.goto(`${proxy.url}/api-docs`);
      expect(page.url()).toBe(`${proxy.url}/api-docs/`);

      const alive = await execute(page, 'Operations', 'getHealthLive', 200);

      expect(alive).toEqual({ status: 'ok' });
      const block = operation(page, 'Operations', 'getHealthLive');
      expect(await block.locator('.request-url').innerText()).toContain(`${proxy.url}/health/live`);
    } finally {
      await proxy.stop();
    }
  });

  it('fits on a phone, with an operation open and answered', async () => {
    const { page } = browser;
    await page.setViewportSize(PHONE);
    await page.goto(`${server.url}/api-docs/`);
    const viewport = page.locator('meta[name=viewport]');
    expect(await viewport.getAttribute('content')).toContain('width=device-width');
    await execute(page, 'Operations', 'getHealthReady', 200);
    await operation(page, 'Tickets', 'postTicketsBook').locator('.opblock-summary-control').click();

    const tooWide = await page
      .locator('.swagger-ui *')
      .evaluateAll(
        (elements, width) =>
          elements
            .filter((element) => element.getBoundingClientRect().right > width)
            .map(({ className }) => className),
        PHONE.width,
      );

    expect(tooWide).toEqual([]);
  });
});

function operation(page: Page, tag: string, id: string): Locator {
  return page.locator(`#operations-${tag}-${id}`);
}

/** Opens an operation, sends it as the page has filled it in, and reads the answer off the page. */
async function execute(
  page: Page,
  tag: string,
  id: string,
  status: number,
): Promise<ApiAnswer['body']> {
  const block = operation(page, tag, id);
  await block.locator('.opblock-summary-control').click();
  await block.getByRole('button', { name: 'Execute' }).click();
  const live = block.locator('.live-responses-table');
  await live.locator('.response-col_status', { hasText: String(status) }).waitFor();
  const answer = await live.locator('.highlight-code code').first().innerText();
  return JSON.parse(answer) as unknown;
}

async function authorize(page: Page, token: string): Promise<void> {
  await page.getByRole('button', { name: 'Authorize' }).first().click();
  const dialog = page.locator('.dialog-ux');
  await dialog.locator('input').fill(token);
  await dialog.getByRole('button', { name: 'Apply credentials' }).click();
  await dialog.getByRole('button', { name: 'Close' }).click();
}

/** The booking request and its answer. */
async function takeScreenshot(page: Page): Promise<void> {
  await page.setViewportSize({ width: 1_000, height: 1_430 });
  await operation(page, 'Tickets', 'postTicketsBook').evaluate((block) => {
    block.scrollIntoView();
  });
  await page.screenshot({ path: 'docs/images/api-docs.png' });
}
