import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';

/** How finely the delay is measured. */
const RESOLUTION_MS = 20;
/** How often it is looked at; then the measurement starts over. */
const SAMPLE_INTERVAL_MS = 500;
/** A mean delay above this says that the process has more to do than it can. */
const MEAN_DELAY_LIMIT_MS = 150;
/** One slow sample may be a garbage collection, or a large answer. */
const SLOW_SAMPLES = 2;
const NS_PER_MS = 1_000_000;

/** Whether the event loop of this process keeps up. The idea is from fastify's under-pressure. */
export class EventLoopLoad {
  readonly #delay: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  readonly #timer: NodeJS.Timeout;
  /** Slow samples in a row. */
  #slowSamples = 0;

  constructor() {
    this.#delay.enable();
    this.#timer = setInterval(() => {
      const meanDelayMs = this.#delay.mean / NS_PER_MS - RESOLUTION_MS;
      this.#slowSamples = meanDelayMs > MEAN_DELAY_LIMIT_MS ? this.#slowSamples + 1 : 0;
      this.#delay.reset();
    }, SAMPLE_INTERVAL_MS);
    this.#timer.unref();
  }

  get isHigh(): boolean {
    return this.#slowSamples >= SLOW_SAMPLES;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#delay.disable();
  }
}
