import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ENVIRONMENT_NAMES } from '../../src/config/environment';
import { loadConfig } from '../../src/config/load-config';
import { LIMITS } from '../../src/config/limits';

const ROOT = path.resolve(__dirname, '..', '..');
const EXAMPLE = readFileSync(path.join(ROOT, '.env.example'), 'utf8');
/** A variable, set or commented out; text between has spaces. */
const VARIABLE = /^(?:# )?([A-Z_]+)=(\S*)$/gm;

const variables = [...EXAMPLE.matchAll(VARIABLE)].map(
  ([, name, value]) => [name!, value!] as const,
);

describe('.env.example', () => {
  it('lists every variable that the server reads exactly once, and no others', () => {
    expect(variables.map(([name]) => name).sort()).toEqual([...ENVIRONMENT_NAMES].sort());
  });

  it('shows the default of each that has one', () => {
    const shown = Object.fromEntries(variables.filter(([, value]) => value !== ''));
    const secret = { SECRET_KEY: 'a secret that only this test knows' };

    expect(loadConfig({ ...shown, ...secret }, '/nowhere')).toEqual(loadConfig(secret, '/nowhere'));
  });
});

describe('docs/operations.md', () => {
  it('names the variable of each limit, with its default', () => {
    const text = readFileSync(path.join(ROOT, 'docs', 'operations.md'), 'utf8');
    const rows = text.split('\n').filter((line) => line.startsWith('| `RATE_LIMIT_'));
    const cells = rows.map((row) => row.split('|').map((cell) => cell.trim()));

    expect(cells.map(([, variable, otherwise, by]) => [variable, otherwise, by])).toEqual(
      Object.entries(LIMITS).map(([name, { requests, seconds, by }]) => [
        `\`RATE_LIMIT_${name.toUpperCase()}\``,
        `\`${String(requests)}/${String(seconds)}\``,
        by,
      ]),
    );
  });
});
