import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ENVIRONMENT_NAMES } from '../../src/config/environment';
import { loadConfig } from '../../src/config/load-config';

const EXAMPLE = readFileSync(path.resolve(__dirname, '..', '..', '.env.example'), 'utf8');
/** A variable, set or commented out; text in between has spaces. */
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
