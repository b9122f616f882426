import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadConfig } from '../../src/config/load-config';
import type { ConfigurationError } from '../../src/config/configuration-error';

const PRODUCTION = {
  NODE_ENV: 'production',
  DB_DIALECT: 'sqlite',
  SECRET_KEY: 'fOr-tests-0nly: 48 bytes that no one else has',
};

describe('the configuration refuses', () => {
  let root: string;
  beforeAll(() => {
    root = mkdtempSync(path.join(tmpdir(), 'tickets-configuration-'));
  });
  afterAll(() => {
    rmSync(root, { recursive: true });
  });

  /** The faults that it reports for these variables. */
  function faultsOf(variables: Record<string, string>): readonly string[] {
    try {
      loadConfig(variables, root);
      return [];
    } catch (error) {
      return [(error as ConfigurationError).message];
    }
  }

  it.each(['true', '*', 'all', 'proxy.example', '10.0.0.0/99', '10.0.0.1, anyone'])(
    'to trust arbitrary proxies: TRUST_PROXY=%s',
    (TRUST_PROXY) => {
      expect(faultsOf({ ...PRODUCTION, TRUST_PROXY })).toEqual([
        expect.stringContaining('TRUST_PROXY'),
      ]);
    },
  );

  it('no proxies that are given by number, address, network or network name', () => {
    const trusted = (TRUST_PROXY: string): unknown =>
      loadConfig({ ...PRODUCTION, TRUST_PROXY }, root).http.trustProxy;

    expect(trusted('1')).toBe(1);
    expect(trusted('false')).toBe(false);
    expect(trusted('loopback, 10.0.0.0/8, 2001:db8::1')).toEqual([
      'loopback',
      '10.0.0.0/8',
      '2001:db8::1',
    ]);
    expect(loadConfig(PRODUCTION, root).http.trustProxy).toBe(false);
  });

  it.each([
    ['shorter than 8 characters', '7 chars'],
    ['longer than 72 bytes', 'é'.repeat(37)],
  ])('a first admin whose password is %s', (_what, ADMIN_PASSWORD) => {
    const first = { ADMIN_EMAIL: 'admin@example.com', ADMIN_PASSWORD };
    expect(faultsOf({ ...PRODUCTION, ...first })).toEqual([
      expect.stringContaining('ADMIN_PASSWORD'),
    ]);
  });

  it('no first admin with an e-mail in capitals, but stores it in lower case', () => {
    const first = { ADMIN_EMAIL: 'Admin@Example.com', ADMIN_PASSWORD: 'correct horse battery' };
    expect(loadConfig({ ...PRODUCTION, ...first }, root).auth.firstAdmin).toEqual({
      email: 'admin@example.com',
      password: 'correct horse battery',
    });
  });
});
