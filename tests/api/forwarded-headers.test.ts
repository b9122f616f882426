import { TestApi } from '../support/http/test-api';

/** What the server warns of while it gets these headers, a request each. */
async function warningsOf(
  options: Parameters<typeof TestApi.start>[0],
  requests: readonly Record<string, string>[],
): Promise<string[]> {
  const api = await TestApi.start(options);
  try {
    const warn = jest.spyOn(api.container.logger, 'warn').mockReturnThis();
    for (const headers of requests) await api.call('get', '/health/live', { headers });
    return warn.mock.calls.map(([message]) => JSON.stringify(message));
  } finally {
    jest.restoreAllMocks();
    await api.close();
  }
}

describe('a forwarded header', () => {
  const limited = { rateLimits: { enabled: true } };
  const xForwarded = { 'X-Forwarded-For': '203.0.113.7' };

  it.each([xForwarded, { Forwarded: 'for=203.0.113.7' }])(
    'that no setting lets us believe is warned of once: %j',
    async (headers) => {
      expect(await warningsOf(limited, [{}, headers, headers, xForwarded])).toEqual([
        expect.stringContaining('TRUST_PROXY'),
      ]);
    },
  );

  it('is no matter where none comes, a proxy is trusted, or nothing is limited', async () => {
    expect(await warningsOf(limited, [{}])).toEqual([]);
    expect(await warningsOf({ ...limited, http: { trustProxy: 1 } }, [xForwarded])).toEqual([]);
    expect(await warningsOf({}, [xForwarded])).toEqual([]);
  });
});
