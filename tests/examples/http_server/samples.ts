/** The values of an exposition by name and labels as they stand there: `requests_total{method="GET"}`. */
export type Samples = ReadonlyMap<string, number>;

/** The samples of an exposition in Prometheus' text format. */
export function samplesIn(text: string): Samples {
  const samples = new Map<string, number>();
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const space = line.lastIndexOf(" ");
    samples.set(line.slice(0, space), Number(line.slice(space + 1)));
  }
  return samples;
}

/** A family's values, where they are not 0, added up by what `key` makes of the labels. */
export function sumBy(
  samples: Samples,
  family: string,
  key: (labels: Readonly<Record<string, string>>) => string,
): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [name, value] of samples) {
    if (!name.startsWith(`${family}{`) || value === 0) continue;
    const pairs = [...name.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, text]) => [label, text]);
    const group = key(Object.fromEntries(pairs));
    sums[group] = (sums[group] ?? 0) + value;
  }
  return sums;
}

/** What was added between two scrapes. */
export function difference(later: Samples, earlier: Samples): Samples {
  return new Map([...later].map(([name, value]) => [name, value - (earlier.get(name) ?? 0)]));
}
