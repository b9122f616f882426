/**
 * Runs a program of `dist/` in this process: `node ops/run.js cli db:migrate` runs `dist/cli.js`. Where
 * the compiler is installed it first compiles what has changed; a production installation has none, and
 * runs what was built before.
 *
 * The scripts of package.json start it with `exec`, so that npm's shell is not between npm and the
 * program: a shell would take the signals that npm passes on, and die alone.
 */
const { spawn } = require('node:child_process');
const { existsSync } = require('node:fs');
const { constants } = require('node:os');
const path = require('node:path');

const ROOT = path.resolve(__dirname, '..');
const COMPILER = path.join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'];
/** How often to look whether npm is still there. */
const PARENT_CHECK_MS = 250;

const [program, ...words] = process.argv.slice(2);
const file = path.join(ROOT, 'dist', `${program}.js`);

if (existsSync(COMPILER)) build();
else run();

/** Compiles to the same folder; its complaints are not the output of the program. */
function build() {
  const compiler = spawn(process.execPath, [COMPILER, '-p', 'tsconfig.build.json'], {
    cwd: ROOT,
    stdio: ['ignore', process.stderr, process.stderr],
  });
  const stop = (signal) => {
    compiler.kill('SIGKILL');
    process.exit(128 + constants.signals[signal]);
  };
  for (const signal of SIGNALS) process.once(signal, stop);
  compiler.once('exit', (code) => {
    for (const signal of SIGNALS) process.off(signal, stop);
    if (code === 0) run();
    else process.exitCode = 1;
  });
}

function run() {
  if (!existsSync(file)) {
    console.error(
      `There is no dist/${program}.js, and no compiler to make it: run "npm ci --include=dev && npm run build", then start again`,
    );
    process.exitCode = 1;
    return;
  }
  if (process.env.npm_lifecycle_event !== undefined) hangUpWithNpm();
  // The program, and the workers that it starts, see the command line of `node dist/….js`.
  process.argv = [process.execPath, file, ...words];
  require(file);
}

/** npm does not pass SIGHUP on, and can be killed. Its end is then the end of the terminal for us. */
function hangUpWithNpm() {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGHUP');
  }, PARENT_CHECK_MS);
  timer.unref();
}
