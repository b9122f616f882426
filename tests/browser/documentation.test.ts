import type { Locator, Page } from 'playwright-core';
import { Migrator } from '../../src/database/migrator';
import { Browser } from '../support/servers/browser';
import { ServerProcess } from '../support/servers/server-process';
import type { ApiAnswer } from '../support/http/test-api';
import { emptyDatabase } from '../support/setup/test-database';

/** The README's picture is taken again only if documents are to be written. */
const TAKES_SCREENSHOT = process.env.TEST_WRITE_DOCS === 'true';

describe('the documentation page', () => {
  let server: ServerProcess;
  let browser: Browser;
  beforeAll(async () => {
    // The examples refer to the first event, so the database must be empty.
    const database = await emptyDatabase('browser');
    await new Migrator(database).up();
    [server, browser] = await Promise.all([ServerProcess.start(database), Browser.start()]);
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });

  it('leads from sign-up to a partial booking with unchanged examples', async () => {
    const { page } = browser;
    await page.goto(`${server.url}/api-docs`);

    await execute(page, 'Accounts', 'postAuthSignup', 201);
    const login = await execute(page, 'Accounts', 'postAuthLogin', 200);
    await authorize(page, login.data.token as string);
    const event = await execute(page, 'Events', 'postEventsInitialize', 201);
    expect(event.data).toMatchObject({ total_tickets: 2, available_tickets: 2 });

    const { data } = await execute(page, 'Tickets', 'postTicketsBook', 201);

    expect(data.outcome).toBe('partially_booked');
    expect(data.bookings).toHaveLength(2);
    expect(data.waitlisted).toEqual([{ user_id: login.data.user.id, quantity: 1, position: 1 }]);
    if (TAKES_SCREENSHOT) await takeScreenshot(page);
    // Reading requires no typing either.
    const mine = await execute(page, 'Events', 'getEventsEventIdMe', 200);
    expect(mine.data).toMatchObject({ tickets_held: 2, tickets_ahead: 0 });
    const list = await execute(page, 'Tickets', 'getTickets', 200);
    expect(list.data).toHaveLength(2);

    expect(browser.complaints).toEqual([]);
    expect([...browser.hosts]).toEqual([new URL(server.url).host]);
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
