/**
 * The names in Prometheus of instruments that a meter has made, by the rules of the translators
 * from OpenTelemetry to Prometheus: the name as it is, the unit as a word, and a counter's
 * `_total`. Where names are escaped, a dot becomes what the scheme says.
 *
 * Two meters may each have an instrument of one name, so these names are not claimed
 * (`claimed_names.ts`); `prometheus/meter_families.ts` puts such instruments into one family.
 *
 * Sources: "Prometheus and OpenMetrics Compatibility" in the specification of OpenTelemetry, and
 * github.com/prometheus/otlptranslator.
 *
 * @module
 */
import type { MetricDefinition } from "./definitions.ts";
import type { MeterInstrument, MeterOrigin } from "./meter_origin.ts";

const UNIT_WORDS: ReadonlyMap<string, string> = new Map([
  ["d", "days"],
  ["h", "hours"],
  ["min", "minutes"],
  ["s", "seconds"],
  ["ms", "milliseconds"],
  ["us", "microseconds"],
  ["ns", "nanoseconds"],
  ["By", "bytes"],
  ["KiBy", "kibibytes"],
  ["MiBy", "mebibytes"],
  ["GiBy", "gibibytes"],
  ["TiBy", "tibibytes"],
  ["KBy", "kilobytes"],
  ["MBy", "megabytes"],
  ["GBy", "gigabytes"],
  ["TBy", "terabytes"],
  ["m", "meters"],
  ["V", "volts"],
  ["A", "amperes"],
  ["J", "joules"],
  ["W", "watts"],
  ["g", "grams"],
  ["Cel", "celsius"],
  ["Hz", "hertz"],
  ["%", "percent"],
]);

const PER_WORDS: ReadonlyMap<string, string> = new Map([
  ["s", "second"],
  ["m", "minute"],
  ["h", "hour"],
  ["d", "day"],
  ["w", "week"],
  ["mo", "month"],
  ["y", "year"],
]);

/** What `FamilyName` has. */
interface MeterFamily {
  readonly metric: string;
  readonly field: string | undefined;
  readonly kind: "counter" | "gauge" | "histogram";
  readonly name: string;
  readonly textName: string;
  readonly unit: string;
}

const FAMILY_KINDS: Readonly<Record<MeterInstrument, MeterFamily["kind"]>> = {
  counter: "counter",
  upDownCounter: "gauge",
  gauge: "gauge",
  histogram: "histogram",
};

/** The one family of an instrument. */
export function meterFamily(
  metric: string,
  definition: MetricDefinition,
  { instrument }: MeterOrigin,
): MeterFamily {
  const kind = FAMILY_KINDS[instrument];
  const word = unitWord(definition.unit, instrument);
  const given = definition.name!;
  const base = kind === "counter" ? given.replace(/(?<=.)[._]total$/, "") : given;
  const hasUnit = word === "" || base === word || base.endsWith(`_${word}`) ||
    base.endsWith(`.${word}`);
  const name = hasUnit ? base : `${base}_${word}`;
  return {
    metric,
    field: definition.kind === "record" ? "value" : undefined,
    kind,
    name,
    textName: kind === "counter" ? `${name}_total` : name,
    unit: word !== "" && name.endsWith(`_${word}`) ? word : "",
  };
}

/** The word at the end of the name; empty if the unit has none, such as `{request}`. */
function unitWord(unit: string, instrument: MeterInstrument): string {
  const plain = unit.replace(/\{[^}]*\}/g, "").trim();
  if (plain === "1") return instrument === "gauge" ? "ratio" : "";
  const [main, per] = plain.split("/", 2);
  const mainWord = UNIT_WORDS.get(main) ?? wordOf(main);
  const perWord = per === undefined ? "" : PER_WORDS.get(per) ?? wordOf(per);
  if (perWord === "") return mainWord;
  return mainWord === "" ? `per_${perWord}` : `${mainWord}_per_${perWord}`;
}

function wordOf(unit: string): string {
  return unit.replace(/[^a-zA-Z0-9]+/g, "_").replace(/^_+|_+$/g, "");
}
