/**
 * Views: what a program changes about the instruments that its libraries make.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";
import { assertInteger, type OptionNames, takeOptions } from "../base/options.ts";
import { isArray } from "../base/shapes.ts";

/**
 * Changes instruments of a {@linkcode ThreadStatsMeterProvider}. All conditions that are given must
 * be met. If several views match an instrument, each property comes from the first one that has it.
 */
export interface MeterView {
  /** The name of the instrument, in small letters or capitals; `*` stands for any characters, `?` for one. */
  instrumentName?: string;
  /** The name of the meter, exactly. */
  meterName?: string;
  /** The boundaries of histograms: finite and ascending. */
  boundaries?: readonly number[];
  /** The attributes that distinguish series; all others are left out. */
  attributeKeys?: readonly string[];
  /** See {@linkcode ThreadStatsMeterProviderOptions.cardinalityLimit}. */
  cardinalityLimit?: number;
  /** Whether to ignore the instrument. */
  drop?: boolean;
}

/** What the views say about one instrument. */
export type ViewSettings = Omit<MeterView, "instrumentName" | "meterName">;

/** Finds what the views say about an instrument. */
export type FindView = (meter: string, instrument: string) => ViewSettings;

const VIEW_OPTIONS: OptionNames<MeterView> = {
  instrumentName: true,
  meterName: true,
  boundaries: true,
  attributeKeys: true,
  cardinalityLimit: true,
  drop: true,
};

/** The range of a cardinality limit: one series is that of the overflow. */
export const CARDINALITY_RANGE = { least: 2, most: 2 ** 29 };

/**
 * Checks views.
 *
 * @throws {TypeError} If one has the wrong shape.
 * @throws {RangeError} If boundaries are not finite or not ascending, or a limit is out of range.
 */
export function checkViews(action: string, given: readonly MeterView[] = []): FindView {
  if (!isArray(given)) throw new TypeError(cannot(action, "views must be an array", given));
  const views = given.map((view) => checkView(action, view));
  return (meter, instrument) => {
    const matching = views.filter((view) => view.matches(meter, instrument));
    return Object.assign({}, ...matching.map(({ settings }) => settings).reverse());
  };
}

function checkView(action: string, given: MeterView) {
  const { instrumentName, meterName, ...settings } = takeOptions(action, given, VIEW_OPTIONS);
  for (const [name, value] of Object.entries({ instrumentName, meterName })) {
    if (value !== undefined && typeof value !== "string") {
      throw new TypeError(cannot(action, `${name} of a view must be a string`, value));
    }
  }
  const { boundaries, attributeKeys, cardinalityLimit, drop = false } = settings;
  if (boundaries !== undefined) settings.boundaries = checkedBoundaries(action, boundaries);
  if (attributeKeys !== undefined) {
    if (!isArray(attributeKeys) || attributeKeys.some((key) => typeof key !== "string")) {
      const required = "attributeKeys of a view must be an array of strings";
      throw new TypeError(cannot(action, required, attributeKeys));
    }
    settings.attributeKeys = [...attributeKeys];
  }
  if (cardinalityLimit !== undefined) {
    assertInteger(action, "cardinalityLimit", cardinalityLimit, CARDINALITY_RANGE);
  }
  if (typeof drop !== "boolean") {
    throw new TypeError(cannot(action, "drop of a view must be a boolean", drop));
  }
  const pattern = patternOf(instrumentName);
  return {
    settings: settings as ViewSettings,
    matches: (meter: string, instrument: string) =>
      (meterName === undefined || meterName === meter) &&
      (pattern === undefined || pattern.test(instrument)),
  };
}

function checkedBoundaries(action: string, boundaries: readonly number[]): readonly number[] {
  if (!isArray(boundaries)) {
    throw new TypeError(cannot(action, "boundaries of a view must be an array", boundaries));
  }
  if (boundaries.length > MAX_BOUNDARIES) {
    const required = `boundaries of a view must be at most ${MAX_BOUNDARIES}`;
    throw new RangeError(cannot(action, required, got(`${boundaries.length}`)));
  }
  const copy = [...boundaries];
  if (!copy.every((bound, n) => Number.isFinite(bound) && (n === 0 || bound > copy[n - 1]))) {
    const required = "boundaries of a view must be finite and ascending numbers";
    throw new RangeError(cannot(action, required, boundaries));
  }
  return copy;
}

/** More of them would make a histogram of many MB in each thread. */
const MAX_BOUNDARIES = 10_000;

function patternOf(name: string | undefined): RegExp | undefined {
  if (name === undefined) return undefined;
  const source = name.replace(/[.+^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*").replaceAll(
    "?",
    ".",
  );
  return new RegExp(`^${source}$`, "is");
}
