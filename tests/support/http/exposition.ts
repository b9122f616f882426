/** The metrics of a server in the format of Prometheus. */
export class Exposition {
  /** Label names by metric; a histogram's three series each count as one. */
  readonly labels = new Map<string, Set<string>>();
  readonly #values = new Map<string, number>();

  constructor(text: string) {
    for (const line of text.split('\n')) {
      // A declared metric exists even if it has no samples yet.
      const declared = /^# TYPE (\w+) (\w+)$/.exec(line);
      if (declared) this.#declare(declared[1]!, declared[2]!);
      const sample = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line);
      if (sample) this.#add(sample[1]!, sample[2] ?? '', Number(sample[3]));
    }
  }

  static async of(url: string): Promise<Exposition> {
    return new Exposition(await (await fetch(`${url}/metrics`)).text());
  }

  /** @param series as it is written: `name{label="value"}` */
  value(series: string): number | undefined {
    return this.#values.get(series);
  }

  #declare(name: string, type: string): void {
    const suffixes = type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
    for (const suffix of suffixes) this.#labelsOf(name + suffix);
  }

  #add(name: string, labels: string, value: number): void {
    for (const [, label] of labels.matchAll(/(\w+)="/g)) this.#labelsOf(name).add(label!);
    this.#values.set(labels === '' ? name : `${name}{${labels}}`, value);
  }

  #labelsOf(name: string): Set<string> {
    const labels = this.labels.get(name) ?? new Set();
    this.labels.set(name, labels);
    return labels;
  }
}
