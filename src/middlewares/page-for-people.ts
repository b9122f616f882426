import type { ApiHandler } from './locals';

/**
 * Answers a browser that opens `/` or a path that does not exist with a short page that links to the
 * documentation. Other clients get the JSON error.
 */
export const pageForPeople: ApiHandler = (request, response, next) => {
  const { method, path } = request;
  const isRead = method === 'GET' || method === 'HEAD';
  // If a client accepts both types equally, the first in the list wins.
  if (!isRead || request.accepts(['json', 'html']) !== 'html') {
    next();
    return;
  }
  const isHome = path === '/';
  response.set('Cache-Control', 'no-store').status(isHome ? 200 : 404);
  response.type('html').send(pageOf(isHome ? HOME : NOT_FOUND, rootFrom(path)));
};

interface Text {
  readonly title: string;
  readonly words: string;
}

const HOME: Text = {
  title: 'Event Ticket Booking API',
  words: 'This server is an API for programs. To try it in your browser, open the documentation.',
};
const NOT_FOUND: Text = {
  title: 'Page not found',
  words: 'There is no page at this address. The documentation lists the routes of this server.',
};

/**
 * The relative path from a page to the root of the API, which also works behind a proxy that serves
 * the API under a path prefix.
 */
function rootFrom(path: string): string {
  return '../'.repeat(path.split('/').length - 2) || './';
}

function pageOf({ title, words }: Text, root: string): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 36rem; margin: 4rem auto; padding: 0 1rem }
</style>
</head>
<body>
<h1>${title}</h1>
<p>${words}</p>
<p><a href="${root}api-docs/">Documentation</a> · <a href="${root}api-docs/openapi.json">OpenAPI document</a></p>
</body>
</html>
`;
}
