/**
 * Numbers and times as text, by one rule for the page and for what it copies: three significant
 * digits, SI prefixes by 1000, a narrow no-break space before the unit, "–" for what is not known.
 * A number and its unit are two strings, so that columns can align both.
 *
 * @module
 */

/** Stands between a number and its unit, and between groups of digits. */
export const NARROW = "\u202f";

const PREFIXES: readonly (readonly [number, string])[] = [..."EPTGMk mµn"].map((
  prefix,
  i,
) => [10 ** (18 - 3 * i), prefix.trim()]);
const SHORT_UNITS: Readonly<Record<string, string>> = { seconds: "s", bytes: "B" };

/** A metric's unit as it stands behind a number. */
export function shortUnit(unit: string): string {
  return Object.hasOwn(SHORT_UNITS, unit) ? SHORT_UNITS[unit] : unit;
}

/** Three significant digits, no exponent: 1.23, 12.3, 123. */
function digits(x: number): string {
  return x.toFixed(x >= 99.95 ? 0 : x >= 9.995 ? 1 : 2);
}

/**
 * A value as number and unit with its prefix. Whole numbers below 1000 stay whole; only time goes
 * below 1.
 */
export function parts(given: number | bigint | undefined | null, unit = ""): [string, string] {
  if (given === undefined || given === null) return ["–", ""];
  const x = Number(given);
  if (Number.isNaN(x)) return ["–", ""];
  if (x === 0) return ["0", unit];
  if (!Number.isFinite(x)) return [x > 0 ? "∞" : "−∞", unit];
  const sign = x < 0 ? "−" : "";
  const size = Math.abs(x);
  const isTime = unit === "s";
  if (!isTime && size < 1000 && Number.isInteger(x)) return [sign + size, unit];
  if (!isTime && size < 1) {
    return size < 0.01 ? [`${sign}<0.01`, unit] : [sign + size.toFixed(2), unit];
  }
  // Below the least prefix there is nothing to tell; beyond the greatest one digits would have no
  // end.
  if (size < 1e-12) return ["0", unit];
  if (size >= 1e21) return [sign ? "<−999" : ">999", `E${unit}`];
  // 999.6 would read "1000": it gets the next prefix.
  const [scale, prefix] = PREFIXES.find(([least]) => size >= least * 0.9995) ??
    PREFIXES[PREFIXES.length - 1];
  return [sign + digits(size / scale), prefix + unit];
}

/** A value with its unit as one text. */
export function text(x: number | bigint | undefined | null, unit = ""): string {
  const [number, u] = parts(x, unit);
  return u ? number + NARROW + u : number;
}

/** A value per second. */
export function rate(x: number | undefined, unit = ""): [string, string] {
  const [number, u] = parts(x, unit);
  return number === "–" ? ["–", ""] : [number, `${u}/s`];
}

/** All digits, in groups of three: where exactness counts. */
export function exact(x: number | bigint | undefined): string {
  if (x === undefined || Number.isNaN(x)) return "–";
  const [whole, fraction] = (typeof x === "bigint" || Number.isInteger(x))
    ? [BigInt(x).toString(), ""]
    : String(x).split(".");
  const grouped = whole.replace("-", "−").replace(/\B(?=(\d{3})+(?!\d))/g, NARROW);
  return fraction ? `${grouped}.${fraction}` : grouped;
}

/** A part of a whole. */
export function percent(share: number): string {
  if (!Number.isFinite(share)) return "–";
  const p = share * 100;
  return (p === 0 ? "0" : p < 0.1 ? "<0.1" : p < 9.95 ? p.toFixed(1) : p.toFixed(0)) + NARROW +
    "%";
}

/** How long: 0.4 s, 2.3 s, 41 s, 3 min 20 s, 2 h 14 min. Tenths only below 10 s. */
export function duration(ms: number): string {
  const s = Math.max(0, ms) / 1000;
  if (s < 9.95) return s.toFixed(1) + NARROW + "s";
  if (s < 99.5) return Math.round(s) + NARROW + "s";
  const m = Math.floor(s / 60);
  const two = (n: number) => String(Math.floor(n)).padStart(2, "0");
  if (m < 60) return `${m}${NARROW}min ${two(s % 60)}${NARROW}s`;
  return `${Math.floor(m / 60)}${NARROW}h ${two(m % 60)}${NARROW}min`;
}

/** How long ago: samples are an interval apart, so nothing is known below that. */
export function age(ms: number, every = 1000): string {
  const least = Math.max(1000, every);
  return ms <= least ? `<${Math.round(least / 1000)}${NARROW}s` : duration(ms);
}

/** The time of day. */
export function clock(ms: number): string {
  const d = new Date(ms);
  return [d.getHours(), d.getMinutes(), d.getSeconds()].map((n) => String(n).padStart(2, "0"))
    .join(":");
}

/**
 * Rising or falling: the last sixth of the window against the rest of it. Within 5 % it is steady.
 */
export function trend(values: readonly number[]): string {
  const known = values.filter((v) => Number.isFinite(v));
  if (known.length < 12) return "";
  const cut = Math.round(known.length * 5 / 6);
  const mean = (list: readonly number[]) => list.reduce((a, b) => a + b, 0) / list.length;
  const before = mean(known.slice(0, cut));
  const now = mean(known.slice(cut));
  const change = before ? (now - before) / Math.abs(before) : now ? Infinity : 0;
  if (Math.abs(change) < 0.05) return "→ steady";
  if (change > 9) return change === Infinity ? "↗ new" : `↗ ×${text(change + 1)}`;
  return `${change > 0 ? "↗" : "↘"} ${Math.round(Math.abs(change) * 100)}${NARROW}%`;
}
