/**
 * The whole screen: from what is known to lines.
 *
 * @module
 */
import { isIll, verdictOf } from "../dashboard/shared/conditions.ts";
import { seriesCount } from "../dashboard/shared/figures.ts";
import { clock, duration, exact, text } from "../dashboard/shared/format.ts";
import { HEAT_HEIGHT, HEAT_WIDTH, heatLines, QUANTILE_HEIGHT, quantileLines } from "./heat_part.ts";
import { KEY_LINE, keyLines } from "./help.ts";
import { detailMetric, metricPart, metricRows } from "./metric_part.ts";
import { type Line, line, type Span, type Style } from "./paint.ts";
import { type Drawn, type Screen, WIDE } from "./screen.ts";
import { metricDetail } from "./series_part.ts";
import { rule } from "./table.ts";
import { foldedHeight, threadDetail, threadHeight, threadPart } from "./thread_part.ts";
import { cut, safe, widthOf } from "./width.ts";

/** Fewer lines than these have room for the most important only. */
const LOW = 10;
/** Rows of metrics that are always in sight. */
const LEAST_METRICS = 3;

/** A screen. */
export interface Frame {
  /** As many as the terminal has. */
  readonly lines: readonly Line[];
  /** Keys of the rows of the present part. */
  readonly rows: readonly string[];
  /** Series whose lines are in sight. */
  readonly sight?: readonly number[];
}

/** Draws everything. */
export function frame(screen: Screen): Frame {
  const { width, height, state, model } = screen;
  const head = [titleLine(screen), verdictLine(screen)];
  const foot = height < LOW
    ? []
    : [line([cut(` ${KEY_LINE[width >= WIDE ? 1 : 0]}`, width), "dim"])];
  const room = Math.max(0, height - head.length - foot.length);
  const metric = state.opened?.metric === undefined
    ? undefined
    : model.byName.get(state.opened.metric);
  const body: Drawn = state.hasHelp
    ? { lines: keyLines(), rows: [] }
    : state.opened?.slot !== undefined
    ? threadDetail(screen, state.opened.slot, room)
    : metric !== undefined
    ? metricDetail(screen, metric, room)
    : overview(screen, room);
  const lines = [...head, ...body.lines.slice(0, room)];
  while (lines.length < height - foot.length) lines.push(line());
  return { ...body, lines: [...lines, ...foot].slice(0, height) };
}

/** What does not fit gives way in this order: library, heat map, moving threads, metrics. */
function overview(screen: Screen, room: number): Drawn {
  const { height, width, state } = screen;
  const rows = metricRows(screen).length;
  const detail = height < LOW ? undefined : detailMetric(screen);
  const quantiles = detail === undefined ? 0 : QUANTILE_HEIGHT;
  const metrics = 2 + rows;
  let threads = Math.min(foldedHeight(screen), Math.max(2, room - 2 - LEAST_METRICS));
  const isChosen = state.part === "threads" && state.row !== undefined;
  if (isChosen) {
    threads = Math.min(threadHeight(screen), Math.max(threads, room - 2 - LEAST_METRICS));
  }
  let left = room - threads - metrics - quantiles;
  const more = threadHeight(screen) - threads;
  if (more <= left && height >= LOW) {
    threads += more;
    left -= more;
  }
  const hasDetail = detail !== undefined && room - threads - quantiles >= 2 + LEAST_METRICS;
  const hasHeat = hasDetail && width >= HEAT_WIDTH && left >= HEAT_HEIGHT - QUANTILE_HEIGHT;
  if (hasHeat) left -= HEAT_HEIGHT - QUANTILE_HEIGHT;
  const library = libraryLines(screen);
  const hasLibrary = left >= library.length && height >= LOW;
  const below = (hasHeat ? HEAT_HEIGHT : hasDetail ? QUANTILE_HEIGHT : 0) +
    (hasLibrary ? library.length : 0);
  const threadLines = threadPart(screen, threads);
  const space = Math.max(2, room - threadLines.lines.length - below);
  const metricLines = metricPart(screen, Math.min(metrics, space));
  return {
    lines: [
      ...threadLines.lines,
      ...metricLines.lines,
      ...(hasHeat
        ? heatLines(screen, detail, HEAT_HEIGHT)
        : hasDetail
        ? quantileLines(screen, detail)
        : []),
      ...(hasLibrary ? library : []),
    ],
    rows: state.part === "threads" ? threadLines.rows : metricLines.rows,
  };
}

function between(left: readonly Span[], right: readonly Span[], width: number): Line {
  const taken = (spans: readonly Span[]) => spans.reduce((sum, [words]) => sum + widthOf(words), 0);
  const room = width - taken(right) - 1;
  const fitting: Span[] = [];
  let used = 0;
  for (const [words, style] of left) {
    const piece = cut(words, room - used);
    fitting.push([piece, style]);
    used += widthOf(piece);
  }
  return line(...fitting, " ".repeat(Math.max(0, room - used)), ...right);
}

function titleLine({ model, host, status, now, width, state }: Screen): Line {
  const { title, program, started } = model.full;
  const isWide = width >= WIDE;
  const style: Style = status.kind === "live"
    ? "green"
    : status.kind === "paused" || status.kind === "stale"
    ? "yellow"
    : "red";
  const window = windowWords(state.window);
  const running = duration(now - started);
  const right: Span[] = isWide
    ? [
      [status.kind === "live" ? "● " : "○ ", style],
      [status.words, style],
      [`   window ${window}   running ${running}   ${clock(now)}`, "plain"],
    ]
    : [[status.words, style], [`  ${window}  ${running}  ${clock(now)}`, "plain"]];
  const left: Span[] = [[` ${safe(title)}`, "bold"], [`  ${safe(host)}`, "plain"]];
  if (isWide && program) left.push([`  ${safe(program)}`, "dim"]);
  return between(left, right, width);
}

function windowWords(seconds: number): string {
  return seconds < 3600 ? `${seconds / 60} min` : `${seconds / 3600} h`;
}

function verdictLine({ model, status, width, state }: Screen): Line {
  const { threads } = model;
  const isLost = status.kind === "lost" || status.kind === "refused";
  const found = verdictOf(threads, {
    killedSince: model.at - state.window * 1000,
    lostAt: isLost ? model.at : 0,
  });
  const styles: Record<string, [string, Style]> = {
    ok: ["●", "green"],
    warn: ["◐", "yellow"],
    bad: ["▲", "red"],
  };
  const [sign, style] = styles[found.level] ?? ["○", "plain"];
  const words = safe(found.words) + (found.also ? ` · ${safe(found.also)}` : "");
  const series = width >= WIDE ? `   ${exact(seriesCount(model))} series` : "";
  return between(
    [[` ${sign} `, style], [words, threads.some(isIll) ? "bold" : "plain"]],
    [[`${text(model.rate)} updates/s${series}`, "plain"]],
    width,
  );
}

function libraryLines({ model, width }: Screen): Line[] {
  const { self, threads } = model;
  const overflowed = Object.entries(self.overflowed);
  const sum = overflowed.reduce((all, [, count]) => all + count, 0);
  const memory = `memory ${text(self.used, "B")} of ${text(self.max, "B")}`;
  const isClose = self.used >= 0.9 * self.max;
  const rest = `refused ${exact(self.refused)}   re-reads ${exact(self.retries)}`;
  const style: Style = isClose ? "yellow" : "plain";
  const head = rule("library", "", width);
  if (width < WIDE) {
    return [head, line("   ", [memory, style], `   overflowed ${exact(sum)}   ${rest}`)];
  }
  const labelled = model.metrics.filter(({ info }) => info.labels.length > 0);
  const most = labelled.reduce((all, { info }) => all + info.max, 0);
  const taken = threads.filter(({ state }) => state !== "retired").length;
  const names = overflowed.map(([name]) => safe(name)).join(", ");
  return [
    head,
    line(
      "   ",
      [`${memory} (grown to ${text(self.reserved, "B")})`, style],
      `   slots ${taken} of ${self.maxThreads}   series ${exact(seriesCount(model))} of ${
        exact(most)
      }`,
    ),
    line(`   overflowed ${exact(sum)}${names ? ` (${names})` : ""}   ${rest}`),
  ];
}
