// @ts-check
'use strict';
/**
 * Loaded into the server's process by `node --require`: watches its event loop from the first
 * SIGUSR2 on, and reports at the end, as a log line.
 */
const { writeSync } = require('node:fs');
const { performance } = require('node:perf_hooks');
const { setInterval } = require('node:timers');

const TICK_MS = 5;
const MICROSECONDS_PER_MS = 1_000;
const PROTOTYPES = [Object.prototype, Array.prototype, Function.prototype];
const before = PROTOTYPES.map((prototype) => Reflect.ownKeys(prototype).length);

/** The longest stall of the event loop. */
let worstMs = 0;
/** The same, but no longer than the process was computing: the rest was the machine's. */
let worstBusyMs = 0;
let worstAt = '';
let startRss = 0;
let last = 0;
let lastCpu = process.cpuUsage();

function tick() {
  const now = performance.now();
  const stalledMs = now - last - TICK_MS;
  const { user, system } = process.cpuUsage(lastCpu);
  const busyMs = Math.min(stalledMs, (user + system) / MICROSECONDS_PER_MS);
  worstMs = Math.max(worstMs, stalledMs);
  if (busyMs > worstBusyMs) {
    worstBusyMs = busyMs;
    worstAt = new Date().toISOString();
  }
  last = now;
  lastCpu = process.cpuUsage();
}

process.on('SIGUSR2', () => {
  if (startRss > 0) return;
  startRss = process.memoryUsage.rss();
  last = performance.now();
  lastCpu = process.cpuUsage();
  setInterval(tick, TICK_MS).unref();
});

process.on('exit', () => {
  const polluted = PROTOTYPES.some(
    (prototype, index) => Reflect.ownKeys(prototype).length !== before[index],
  );
  const rss = process.memoryUsage.rss();
  const line = {
    level: 'info',
    message: 'Probe',
    worstMs,
    worstBusyMs,
    worstAt,
    polluted,
    startRss,
    rss,
  };
  writeSync(1, `${JSON.stringify(line)}\n`);
});
