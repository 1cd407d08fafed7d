/**
 * The threads.
 *
 * @module
 */
import {
  evidenceOf,
  isIll,
  remarkOf,
  SIGNS,
  silenceOf,
  type ThreadView,
  worstFirst,
} from "../dashboard/shared/conditions.ts";
import { unitOfField } from "../dashboard/shared/figures.ts";
import { age, percent, rate, shortUnit, text } from "../dashboard/shared/format.ts";
import { compareValues } from "../dashboard/shared/search.ts";
import { type Line, line, shareBar, sparkline } from "./paint.ts";
import { type Drawn, hold, inSight, orderWords, type Screen, styleOf, WIDE } from "./screen.ts";
import { SORTS } from "./state.ts";
import { type Column, rule, table } from "./table.ts";
import { pad, safe, widthOf } from "./width.ts";

const BAR = 14;

/** The threads that the filter and `t` leave, in their order. */
export function threadRows(screen: Screen): readonly ThreadView[] {
  const { model, state, held } = screen;
  const words = state.part === "threads" ? state.filter.toLowerCase().match(/\S+/g) ?? [] : [];
  const found = model.threads.filter((thread) =>
    (!state.onlyResting || thread.condition !== "moving") &&
    words.every((word) => `${thread.name} ${thread.condition}`.toLowerCase().includes(word))
  );
  const by = SORTS.threads[state.sort.threads];
  let rows = by === "state" ? worstFirst(found) : [...found];
  if (by === "name") rows.sort((a, b) => compareValues(a.name, b.name, false));
  if (by === "updates") {
    rows.sort((a, b) =>
      compareValues(model.rates[a.slot] ?? NaN, model.rates[b.slot] ?? NaN, true)
    );
  }
  if (state.isReversed.threads) rows.reverse();
  // What is wrong comes first wherever not all have room.
  if (by === "slot" && screen.width < WIDE) rows = worstFirst(rows);
  return state.part === "threads" && state.row !== undefined
    ? hold(rows, held, ({ slot }) => `${slot}`)
    : rows;
}

/** How many lines all threads take. */
export function threadHeight(screen: Screen): number {
  const count = threadRows(screen).length;
  return 1 + Math.max(1, count) + (screen.width >= WIDE && count > 0 ? 1 : 0);
}

/** How many lines they take when those that are moving share one. */
export function foldedHeight(screen: Screen): number {
  const rows = threadRows(screen);
  const moving = rows.filter(({ condition }) => condition === "moving").length;
  const heads = screen.width >= WIDE && rows.length > moving ? 1 : 0;
  return 1 + Math.max(1, rows.length - moving + (moving > 0 ? 1 : 0)) + heads;
}

/** The part, in so many lines. */
export function threadPart(screen: Screen, height: number): Drawn {
  const { model, state, width } = screen;
  const rows = threadRows(screen);
  const keys = rows.map(({ slot }) => `${slot}`);
  const taken = model.threads.filter(({ state }) => state !== "retired").length;
  const by = SORTS.threads[state.sort.threads];
  const isHere = state.part === "threads";
  const right = isHere
    ? orderWords(screen, by, state.isReversed.threads)
    : state.onlyResting
    ? "t: not moving"
    : "t: all";
  const filter = isHere && (state.filter || state.isTyping)
    ? ` · filter: ${safe(state.filter)}${state.isTyping ? "_" : ""}`
    : "";
  const head = rule(`threads ${taken} of ${model.self.maxThreads}${filter}`, right, width);
  if (rows.length === 0) {
    const words = model.threads.length === 0 ? "no thread has registered yet" : "none";
    return { lines: [head, line([`   ${words}`, "dim"])], rows: keys };
  }
  const hasAll = threadHeight(screen) <= height;
  const chosen = isHere && state.row !== undefined ? keys.indexOf(state.row) : -1;
  const heads = width >= WIDE ? 1 : 0;
  if (hasAll || chosen >= 0) {
    return {
      lines: [head, ...lines(screen, inSight(rows, height - 1 - heads, chosen))],
      rows: keys,
    };
  }
  const moving = rows.filter(({ condition }) => condition === "moving");
  const others = worstFirst(rows.filter(({ condition }) => condition !== "moving"));
  const room = height - 1 - (others.length > 0 ? heads : 0) - (moving.length > 0 ? 1 : 0);
  const shown = others.length > room ? others.slice(0, Math.max(1, room - 1)) : others;
  const out = [head, ...(shown.length > 0 ? lines(screen, shown) : [])];
  if (shown.length < others.length) {
    const ill = others.slice(shown.length).filter(isIll).length;
    const words = `   and ${others.length - shown.length} more that are not moving`;
    out.push(line([words + (ill > 0 ? `, ${ill} of them ill` : ""), "dim"]));
  }
  if (moving.length > 0) out.push(folded(screen, moving, shown.length > 0));
  return { lines: out, rows: keys };
}

function folded({ model, width }: Screen, moving: readonly ThreadView[], isMore: boolean): Line {
  const all = moving.map(({ slot }) => model.work[slot]?.values() ?? []);
  const sums = (all[0] ?? []).map((_, i) => all.reduce((sum, one) => sum + (one[i] || 0), 0));
  const total = moving.reduce((sum, { slot }) => sum + (model.rates[slot] || 0), 0);
  const name = moving.length === 1 && !isMore
    ? safe(moving[0].name)
    : `${moving.length}${isMore ? " more" : ""}`;
  const [number, unit] = rate(total);
  return line(
    [" ● ", "green"],
    `${pad(name, 10)} ${pad("moving", 9)} ${pad(`${number} ${unit}`, 12)}`,
    sparkline(sums, Math.max(0, Math.min(20, width - 38))),
  );
}

function lines(screen: Screen, rows: readonly ThreadView[]): Line[] {
  const { model, now, state, width } = screen;
  const longest = rows.reduce((most, { name }) => Math.max(most, widthOf(safe(name))), 0);
  const name: Column<ThreadView> = {
    head: "THREAD",
    width: Math.min(Math.max(10, longest), width >= WIDE ? 20 : 14),
    drop: 0,
    cell: (thread) => safe(thread.name),
  };
  const condition: Column<ThreadView> = {
    ...{ head: "STATE", width: 9, drop: 0 },
    cell: (thread) => thread.condition,
  };
  const isMoving = (thread: ThreadView) => thread.condition === "moving";
  const spark = (thread: ThreadView) => sparkline(model.work[thread.slot]?.values() ?? [], 20);
  const speed = (thread: ThreadView) => rate(model.rates[thread.slot]).join(" ");
  const remark = (thread: ThreadView) => isMoving(thread) ? "" : remarkOf(thread);
  const columns: readonly Column<ThreadView>[] = width >= WIDE
    ? [
      name,
      condition,
      { head: "UPDATES", width: 10, side: "right", drop: 0, cell: speed },
      { head: " SHARE", width: BAR + 9, drop: 3, cell: (thread) => ` ${share(screen, thread)}` },
      { head: "LAST MINUTE", width: 20, drop: 2, cell: spark },
      {
        ...{ head: "LAST UPDATE", width: 11, side: "right", drop: 1 },
        cell: (thread) => thread.last === 0 ? "–" : age(silenceOf(thread, now), model.full.every),
      },
      {
        head: "",
        width: Math.max(10, width - 83 - name.width),
        style: "dim",
        drop: 4,
        cell: remark,
      },
    ]
    : [
      name,
      condition,
      {
        ...{ head: "", width: 21, drop: 1 },
        cell: (thread) => isMoving(thread) ? speed(thread) : evidenceOf(thread, now),
      },
      {
        ...{ head: "", width: Math.max(20, width - 3 - name.width - 33), drop: 2 },
        cell: (thread) => isMoving(thread) ? spark(thread) : remarkOf(thread),
      },
    ];
  const drawn = table(rows, columns, {
    width,
    sign: (thread) => [` ${SIGNS[thread.condition]} `, styleOf(thread)],
    isChosen: ({ slot }) => state.part === "threads" && state.row === `${slot}`,
  });
  return width >= WIDE ? [drawn.head, ...drawn.lines] : drawn.lines;
}

function share({ model }: Screen, { slot }: ThreadView): string {
  const part = model.rate > 0 ? (model.rates[slot] || 0) / model.rate : 0;
  return `${shareBar(part, BAR)} ${pad(percent(part), 7, "right")}`;
}

/** What the chosen thread did in the window, for each metric. */
export function threadDetail(screen: Screen, slot: number, height: number): Drawn {
  const { model, width } = screen;
  const thread = model.threads.find((one) => one.slot === slot);
  if (thread === undefined) return { lines: [rule("this thread is gone", "", width)], rows: [] };
  const seconds = Number.isFinite(model.threadSeconds) ? model.threadSeconds : screen.state.window;
  const rows = model.metrics.map(({ info }, i) => {
    const [own = 0, all = 0] = model.thread[i] ?? [];
    const unit = info.kind === "record"
      ? unitOfField(info.lines[0])
      : info.kind === "counter"
      ? shortUnit(info.unit)
      : "";
    return { name: info.name, own, all, unit, isGauge: info.kind === "gauge" };
  });
  const drawn = table(rows.slice(0, Math.max(0, height - 4)), [
    { head: "METRIC", width: 24, drop: 0, cell: ({ name }) => safe(name) },
    {
      ...{ head: "A SECOND", width: 12, side: "right", drop: 0 },
      cell: ({ own, isGauge, unit }) =>
        isGauge ? text(own) : rate(own / Math.max(1, seconds), unit).join(" "),
    },
    {
      ...{ head: " SHARE", width: BAR + 9, drop: 1 },
      cell: ({ own, all, isGauge }) =>
        isGauge || !(all > 0)
          ? ""
          : ` ${shareBar(own / all, BAR)} ${pad(percent(own / all), 7, "right")}`,
    },
  ], { width, sign: () => ["   ", "plain"], isChosen: () => false });
  return {
    lines: [
      rule(`${safe(thread.name)} · what it did in the window`, "Esc: back", width),
      ...lines(screen, [thread]).slice(-1),
      drawn.head,
      ...drawn.lines,
    ],
    rows: [],
  };
}
