/**
 * All histories.
 *
 * @module
 */
import type { History } from "../history.ts";
import { clearHistories } from "./clear.ts";
import { definitionHistories } from "./definitions.ts";
import { firstUseHistories } from "./first_uses.ts";
import { exemplarHistories } from "./exemplars.ts";
import { gaugeHistories } from "./gauges.ts";
import { growthHistories } from "./growth.ts";
import { idHistories } from "./ids.ts";
import { labelHistories } from "./labels.ts";
import { recordHistories } from "./records.ts";
import { recreateHistories } from "./recreate.ts";
import { seats } from "./seats.ts";
import { threadHistories } from "./threads.ts";

/** By name, what the workers find too. */
export const histories: readonly History[] = [
  ...idHistories,
  ...threadHistories,
  seats,
  ...growthHistories,
  ...recordHistories,
  ...clearHistories,
  ...labelHistories,
  ...definitionHistories,
  ...firstUseHistories,
  ...recreateHistories,
  ...gaugeHistories,
  ...exemplarHistories,
];
