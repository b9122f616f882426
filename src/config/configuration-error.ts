/** The environment is not a valid configuration; the message lists every fault. */
export class ConfigurationError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(
      faults.length === 1
        ? `The configuration is wrong: ${faults.join('')}`
        : `The configuration has ${String(faults.length)} faults:\n- ${faults.join('\n- ')}`,
    );
    this.name = 'ConfigurationError';
  }
}
