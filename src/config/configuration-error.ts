/** The environment is not a valid configuration; the message lists every fault. */
export class ConfigurationError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(`The configuration has ${String(faults.length)} fault(s):\n- ${faults.join('\n- ')}`);
    this.name = 'ConfigurationError';
  }
}
