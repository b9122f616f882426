/**
 * Checks that the server in this container is ready: exit code 0, or 1 with the reason on standard
 * error. For Docker's HEALTHCHECK; the image has no curl.
 */
const LIMIT_MS = 2_500;
const port = process.env.PORT || '3000';
const host = process.env.HOST || '127.0.0.1';

fetch(`http://${host.includes(':') ? `[${host}]` : host}:${port}/health/ready`, {
  signal: AbortSignal.timeout(LIMIT_MS),
})
  .then(async (answer) => {
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  })
  .catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
