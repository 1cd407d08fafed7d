/**
 * `thread-stats top` in a terminal.
 *
 * @module
 */
import process from "node:process";
import { lineLoader } from "../dashboard/shared/series_lines.ts";
import { frame } from "./frame.ts";
import { detailMetric } from "./metric_part.ts";
import { drawn, type Looks, signs, textOf } from "./paint.ts";
import type { Screen } from "./screen.ts";
import { press, START, type State } from "./state.ts";
import type { Task } from "./task.ts";
import { looksOf, Terminal } from "./terminal.ts";
import { Watch } from "./watch.ts";

/** So long after a key the stream for the chosen row is opened: who scrolls passes many. */
const SETTLE_MS = 200;
/** Milliseconds between frames of which no key is the cause. */
const FRAME_MS = 250;

/** Runs until somebody quits. Returns why it could not; `undefined`: it could. */
export async function top(command: Task): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const session = new Session(command, looksOf(process.env), resolve);
  try {
    return await promise;
  } finally {
    session.close();
  }
}

class Session {
  #state: State;
  #rows: readonly string[] = [];
  #held: readonly string[] | undefined;
  #drawnAt = -Infinity;
  #frameTimer: ReturnType<typeof setTimeout> | undefined;
  #settleTimer: ReturnType<typeof setTimeout> | undefined;
  #lines: ReturnType<typeof lineLoader> & { readonly metric: string } | undefined;
  readonly #command: Task;
  readonly #host: string;
  readonly #looks: Looks;
  readonly #end: (failure?: string) => void;
  readonly #watch: Watch;
  readonly #terminal: Terminal;

  constructor(command: Task, looks: Looks, end: (failure?: string) => void) {
    this.#state = { ...START, window: command.window };
    this.#command = command;
    this.#host = command.place;
    this.#looks = looks;
    this.#end = end;
    this.#terminal = new Terminal({
      key: (key) => this.#key(key),
      resized: () => this.#draw(),
    });
    this.#watch = new Watch(command, () => this.#changed());
    this.#watch.open(this.#query());
  }

  close(): void {
    clearTimeout(this.#frameTimer);
    clearTimeout(this.#settleTimer);
    this.#lines?.stop();
    this.#watch.close();
    this.#terminal.close();
  }

  #screen(): Screen | undefined {
    const { model, now, status } = this.#watch;
    if (model === undefined) return undefined;
    const { columns, rows } = this.#terminal.size;
    return {
      ...{ model, now, status, state: this.#state, host: this.#host },
      ...{ width: columns, height: rows, held: this.#held },
    };
  }

  /** Asks for the lines of the series that are in sight. */
  #load(sight: readonly number[]): void {
    const { address: base, headers, ask } = this.#command;
    const { metric = "" } = this.#state.opened ?? {};
    if (this.#lines?.metric !== metric) {
      this.#lines?.stop();
      const series = () => this.#watch.model?.series;
      const loader = lineLoader({
        metric,
        series,
        loaded: () => this.#changed(),
        base,
        headers,
        ask,
      });
      this.#lines = { metric, ...loader };
    }
    if (sight.length > 0) this.#lines.inSight(sight);
  }

  /** What the present place needs of the stream. */
  #query(): string {
    const { window, opened, filter } = this.#state;
    const query = new URLSearchParams({ w: String(window) });
    const screen = this.#screen();
    if (opened?.slot !== undefined) query.set("at", String(opened.slot));
    else if (opened !== undefined) {
      query.set("m", opened.metric);
      // Only where not all series are here does the program search.
      const { model } = this.#watch;
      const isCut = (model?.cut ?? 0) > 0 || this.#cut === opened.metric;
      if (isCut) this.#cut = opened.metric;
      if (isCut && filter) query.set("q", filter);
    } else {
      const detail = screen && detailMetric(screen);
      if (detail !== undefined) query.set("m", detail.info.name);
    }
    return query.toString();
  }

  /** The metric of which not all series were sent. */
  #cut = "";

  #changed(): void {
    const { failure, model } = this.#watch;
    if (failure !== undefined && model === undefined) return this.#end(failure);
    // Which metric is shown is known only when the metrics are; the server may not have the window.
    if (model !== undefined && this.#settleTimer === undefined) {
      if (!model.full.windows.includes(this.#state.window)) {
        this.#state = { ...this.#state, window: model.full.window };
      }
      this.#watch.open(this.#query());
    }
    const wait = FRAME_MS - (performance.now() - this.#drawnAt);
    if (wait <= 0) this.#draw();
    else this.#frameTimer ??= setTimeout(() => this.#draw(), wait);
  }

  #key(key: string): void {
    const before = this.#state;
    const [state, wish] = press(before, key, {
      rows: this.#rows,
      page: Math.max(1, this.#terminal.size.rows - 12),
      windows: this.#watch.model?.full.windows ?? [60],
    });
    if (wish === "quit") return this.#end();
    if (wish === "copy") return this.#copy();
    this.#state = state;
    const hasPlace = state.row !== undefined && state.part === before.part;
    this.#held = hasPlace ? this.#held ?? this.#rows : undefined;
    if (state.sort !== before.sort || state.isReversed !== before.isReversed) {
      this.#held = undefined;
    }
    this.#watch.pause(state.isPaused);
    clearTimeout(this.#settleTimer);
    const open = () => {
      this.#settleTimer = undefined;
      this.#watch.open(this.#query());
    };
    // At once where another place is shown: what is known of the one before is not of this one.
    if (state.opened !== before.opened) open();
    else this.#settleTimer = setTimeout(open, SETTLE_MS);
    this.#draw();
  }

  #copy(): void {
    const screen = this.#screen();
    if (screen === undefined) return;
    const lines = frame(screen).lines.map((one) => textOf(one, this.#looks).trimEnd());
    this.#terminal.copy(`${lines.join("\n").trimEnd()}\n`);
  }

  #draw(): void {
    clearTimeout(this.#frameTimer);
    this.#frameTimer = undefined;
    this.#drawnAt = performance.now();
    const screen = this.#screen();
    const looks = this.#looks;
    const { columns, rows } = this.#terminal.size;
    if (screen === undefined) {
      const waiting = signs(` ${this.#host}  connecting…`, looks);
      this.#terminal.draw([waiting, ...Array(Math.max(0, rows - 1)).fill("")]);
      return;
    }
    const { lines, rows: keys, sight = [] } = frame(screen);
    this.#rows = keys;
    this.#load(sight);
    const { kind } = screen.status;
    const isLost = kind === "lost" || kind === "refused";
    this.#terminal.draw(
      lines.map((one, i) => drawn(one, columns, { looks, isDim: isLost && i > 0 })),
    );
  }
}
