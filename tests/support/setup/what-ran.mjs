/** Projects that run on the database server, of which the set-up knows the version. */
const ON_SERVER = /^(mysql|.*-mysql|faults|redis)$/;
const ON_SQLITE = /^(sqlite|.*-sqlite|browser)$/;

/** A Jest reporter that lists, at the end, what was run on which databases, and what was not. */
export default class WhatRan {
  onRunComplete(_contexts, { testResults }) {
    // Jest prints its own summary after all reporters.
    process.once('exit', () => this.#print(testResults));
  }

  #print(testResults) {
    const projects = new Map();
    for (const { displayName, numPassingTests, numFailingTests, numPendingTests } of testResults) {
      const name = displayName?.name ?? 'tests';
      const sums = projects.get(name) ?? { files: 0, passed: 0, failed: 0, skipped: 0 };
      sums.files += 1;
      sums.passed += numPassingTests;
      sums.failed += numFailingTests;
      sums.skipped += numPendingTests;
      projects.set(name, sums);
    }
    console.log('\nWhat ran:');
    for (const [name, { files, passed, failed, skipped }] of projects) {
      console.log(
        `  ${name.padEnd(18)} ${String(files).padStart(3)} files: ` +
          `${String(passed)} passed, ${String(failed)} failed, ${String(skipped)} skipped`,
      );
    }
    const uses = (names) => [...projects.keys()].some((name) => names.test(name));
    const ran = [
      ...(uses(ON_SQLITE) ? ['SQLite'] : []),
      ...(uses(ON_SERVER) && process.env.TEST_DB_VERSION ? [process.env.TEST_DB_VERSION] : []),
    ];
    console.log(
      ran.length === 0
        ? 'None of these tests uses a database.'
        : `The tests ran on ${ran.join(' and on ')}.`,
    );
  }
}
