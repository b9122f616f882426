import { refusal } from '../support/http/refusal';
import { TestApi } from '../support/http/test-api';

/** As browsers send it for a page that somebody opens. */
const BROWSER =
  'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8';

describe('pages for people', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await TestApi.start();
  });
  afterAll(() => api.close());

  const open = (path: string, accept = BROWSER, method = 'GET'): Promise<Response> =>
    fetch(api.url + path, { method, headers: { Accept: accept } });

  it.each([
    ['/', 200],
    ['/nope', 404],
    ['/api', 404],
    ['/api/nothing/here', 404],
    ['/api-docs/nothing', 404],
    ['/docs/?page=1', 404],
  ])('%s is answered with %i and a link that leads to the documentation', async (path, status) => {
    const answer = await open(path);
    const page = await answer.text();

    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toMatch(/^text\/html/);
    const [, href] = /<a href="([^"]*)">Documentation/.exec(page) ?? [];
    // Under a path that a proxy strips, too.
    for (const prefix of ['', '/shop/tickets']) {
      expect(new URL(href!, `${api.url}${prefix}${path}`).pathname).toBe(`${prefix}/api-docs/`);
    }
    expect((await fetch(new URL(href!, answer.url))).status).toBe(200);
  });

  it.each(['*/*', 'application/json', 'image/*', 'application/json, text/html'])(
    'are not for clients that accept %s',
    async (accept) => {
      for (const path of ['/', '/nope']) {
        const answer = await open(path, accept);
        expect({ status: answer.status, body: await answer.json() }).toMatchObject(
          refusal('ROUTE_NOT_FOUND'),
        );
      }
    },
  );

  it('are not for changes, nor for routes that exist', async () => {
    const change = await open('/', BROWSER, 'POST');
    expect({ status: change.status, body: await change.json() }).toMatchObject(
      refusal('ROUTE_NOT_FOUND'),
    );
    const route = await open('/api/events');
    expect({ status: route.status, body: await route.json() }).toMatchObject(
      refusal('UNAUTHENTICATED'),
    );
  });
});
