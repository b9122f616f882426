import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ERROR_CODES } from '../../src/errors/error-codes';

const TEXT = readFileSync(path.resolve(__dirname, '..', '..', 'docs', 'client.md'), 'utf8');
const ROW = /^\| (\d{3}) +\| (.*?) +\| (\S.*?) +\|$/gm;

describe('docs/client.md', () => {
  it('lists every error code exactly once, with its status and a meaning', () => {
    const listed = [...TEXT.matchAll(ROW)].flatMap(([, status, codes]) =>
      [...codes!.matchAll(/`([A-Z_]+)`/g)].map(([, code]) => [code, Number(status)]),
    );
    const known = Object.entries(ERROR_CODES).map(([code, { status }]) => [code, status]);

    expect(listed.sort()).toEqual(known.sort());
  });
});
