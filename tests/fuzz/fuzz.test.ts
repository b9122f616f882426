import { emptyDatabase } from '../support/setup/test-database';
import { fuzz } from './fuzzer';

const REQUESTS = 10_000;
const LIMIT_MS = 600_000;
/** For a busy machine. */
const MAX_LATE_SHARE = 0.02;
/** Operations that must succeed at least once; otherwise the requests reach too little. */
const WELL_MET_SHARE = 0.9;
/**
 * The same in each run of the suite, so that results are comparable. `npm run test:fuzz` searches for new
 * faults, and `FUZZ_SEED` reproduces what it found.
 */
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_124);

it(
  `${String(REQUESTS)} requests generated from the document break nothing (FUZZ_SEED=${String(SEED)})`,
  async () => {
    const settings = await emptyDatabase('fuzz');

    const report = await fuzz(settings, { requests: REQUESTS, seed: SEED, lanes: 12 });

    expect(report.findings).toEqual([]);
    expect(report.server).toMatchObject({
      exit: { code: 0, signal: null },
      errors: [],
      otherOutput: [],
      polluted: false,
    });
    expect(report.requests).toBe(REQUESTS);
    expect(report.late).toBeLessThan(REQUESTS * MAX_LATE_SHARE);
    expect(report.events).toBeGreaterThan(20);
    const answered = Object.values(report.byOperation).map((statuses) => Object.keys(statuses));
    const with2xx = answered.filter((statuses) => statuses.some((status) => status < '300'));
    expect(answered.every((statuses) => statuses.includes('400'))).toBe(true);
    expect(with2xx.length).toBeGreaterThan(answered.length * WELL_MET_SHARE);
  },
  LIMIT_MS,
);
