import type { ApiHandler } from './locals';

/**
 * Answers a browser that was pointed at `/` or at a page that does not exist: with a short page that
 * links to the documentation. Everyone else goes on to the JSON error.
 */
export const pageForPeople: ApiHandler = (request, response, next) => {
  const { method, path } = request;
  const isRead = method === 'GET' || method === 'HEAD';
  // Of two types that a client likes as much, the first of the list is taken.
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
  words: 'There is no page at this address. What this server offers is in the documentation.',
};

/**
 * The way from a page to the root of the API. It is relative, so that it is right behind a proxy
 * that serves the API under a path of its own.
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
