/**
 * A table of any number of rows, of which only those in sight are in the document. A real
 * `<table>`, with the true row count for assistive technology. It stands still while its box
 * scrolls: scrolling and new figures change texts and canvases, and shift the body by less than a
 * row, but neither the tree nor the layout.
 *
 * @module
 */
import { compareValues, type Order } from "../shared/search.ts";
import { h, on } from "./dom.ts";
import type { TableColumn } from "./table_column.ts";

/** What a table is made with. */
export interface TableOptions {
  // deno-lint-ignore no-explicit-any -- each column has cells of its own kind
  readonly columns: readonly TableColumn<any>[];
  readonly rowHeight: number;
  readonly label: string;
  readonly testid: string;
  /** Whether all rows are in the document: for tables of some dozens. */
  readonly isWhole?: boolean;
  readonly order?: Order;
  readonly onOrder?: (order: Order) => void;
  readonly onOpen?: (row: number) => void;
  /** After the rows in sight have changed. */
  readonly onSight?: (rows: readonly number[]) => void;
  /** The row that always comes last. */
  readonly last?: () => number;
}

interface Shown {
  readonly tr: HTMLTableRowElement;
  readonly cells: readonly { readonly column: TableColumn; readonly node: HTMLElement }[];
  index: number;
}

const HEAD_PIXELS = 30;
const small = matchMedia("(max-width: 640px)");

/** The table. */
export class Table {
  /** The box that scrolls. */
  readonly node: HTMLElement;
  readonly #options: TableOptions;
  readonly #head = h("tr", { "aria-rowindex": "1" });
  readonly #body = h("tbody");
  readonly #group = h("colgroup");
  readonly #table: HTMLElement;
  readonly #note = h("span.held", { "aria-live": "polite" });
  readonly #sizer: HTMLElement;
  readonly #listener = () => {
    this.#makeHead();
    this.draw();
  };
  #rows: readonly number[] = [];
  #words: readonly string[] = [];
  #pool: Shown[] = [];
  #selected: number | undefined;
  #order: Order | undefined;
  #isHovered = false;
  #room = 0;
  #isAsked = false;

  constructor(options: TableOptions) {
    const { label, testid, isWhole } = options;
    this.#options = options;
    this.#order = options.order;
    const table = this.#table = h(
      `table@${testid}`,
      h("caption", label),
      this.#group,
      h("thead", this.#head),
      this.#body,
    );
    this.#sizer = h("div.sizer", h("div.pane", table, this.#note));
    this.node = h(
      `div.scroller@${testid}-scroller`,
      { tabindex: "0", role: "region", "aria-label": label },
      this.#sizer,
    );
    if (isWhole) this.node.classList.add("whole");
    on(this.node, "scroll", () => this.#ask(), { passive: true });
    on(this.node, "keydown", (event: KeyboardEvent) => this.#key(event));
    on(this.#body, "pointerenter", () => this.#isHovered = true);
    on(this.#body, "pointerleave", () => {
      this.#isHovered = false;
      this.showHeld();
    });
    on(small, "change", this.#listener);
    this.#makeHead();
  }

  /** Nobody looks at it any more. */
  destroy(): void {
    small.removeEventListener("change", this.#listener);
  }

  /** Whether the order holds, as somebody points at a row or has chosen one. */
  get isHeld(): boolean {
    return this.#isHovered || this.#selected !== undefined;
  }

  /** The rows in their order. */
  get rows(): readonly number[] {
    return this.#rows;
  }

  /** New rows. The choice stays with its row, not with its place. */
  set(rows: readonly number[], words: readonly string[] = []): void {
    this.#rows = rows;
    this.#words = words;
    if (this.#selected !== undefined && !rows.includes(this.#selected)) this.#selected = undefined;
    this.#sort();
    this.draw();
  }

  /**
   * Only figures have changed: the rows keep their order, and those that are gone stay until the
   * order is made anew.
   */
  draw(): void {
    const { rowHeight, isWhole, onSight } = this.#options;
    const all = this.#rows.length;
    if (!isWhole && this.#room === 0) this.measure();
    const first = isWhole ? 0 : Math.floor(this.node.scrollTop / rowHeight);
    const room = isWhole ? all : Math.ceil(this.#room / rowHeight) + 1;
    const count = Math.max(0, Math.min(all - first, room));
    while (this.#pool.length < count) {
      const made = this.#makeRow();
      this.#pool.push(made);
      this.#body.append(made.tr);
    }
    while (this.#pool.length > count) this.#pool.pop()!.tr.remove();
    if (!isWhole) {
      this.#sizer.style.height = `${all * rowHeight + HEAD_PIXELS}px`;
      this.#body.style.transform = `translateY(${first * rowHeight - this.node.scrollTop}px)`;
    }
    const last = this.#options.last?.() ?? -1;
    this.#pool.forEach((shown, i) => {
      const row = this.#rows[first + i];
      const { tr, cells } = shown;
      shown.index = first + i;
      tr.setAttribute("aria-rowindex", String(first + i + 2));
      const isSelected = row === this.#selected;
      if (tr.hasAttribute("aria-selected") !== isSelected) {
        if (isSelected) tr.setAttribute("aria-selected", "true");
        else tr.removeAttribute("aria-selected");
      }
      tr.classList.toggle("overflow", row === last);
      tr.dataset.key = String(row);
      for (const { column, node } of cells) column.fill(node, row, this.#words);
    });
    this.#table.setAttribute("aria-rowcount", String(all + 1));
    this.showHeld();
    onSight?.(this.#rows.slice(first, first + count));
  }

  /** Its box may have another size now. */
  measure(): void {
    this.#room = this.node.clientHeight;
  }

  /** Goes back to the first row. */
  toTop(): void {
    this.node.scrollTop = 0;
  }

  /** Chooses a row, and brings it into sight. */
  select(row: number | undefined): void {
    this.#selected = row;
    const index = row === undefined ? -1 : this.#rows.indexOf(row);
    if (index >= 0 && !this.#options.isWhole) {
      const top = index * this.#options.rowHeight;
      const view = this.#room - HEAD_PIXELS;
      this.node.scrollTop = Math.min(
        top,
        Math.max(this.node.scrollTop, top - view + this.#options.rowHeight),
      );
    }
    this.draw();
  }

  /** Says that the order holds, where there is one that would change. */
  showHeld(): void {
    const words = this.isHeld && this.#rows.length > 1 && !this.#options.isWhole
      ? "order held"
      : "";
    if (this.#note.textContent !== words) this.#note.textContent = words;
  }

  #ask(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    requestAnimationFrame(() => {
      this.#isAsked = false;
      this.draw();
    });
  }

  #sort(): void {
    const order = this.#order;
    const column = this.#options.columns.find(({ key }) => key === order?.key);
    const last = this.#options.last?.() ?? -1;
    if (order === undefined || column?.sort === undefined) return;
    const keys = new Map<number, string | number>();
    for (const row of this.#rows) keys.set(row, column.sort(row));
    this.#rows = [...this.#rows].sort((a, b) => {
      if (a === last || b === last) return Number(a === last) - Number(b === last);
      return compareValues(keys.get(a)!, keys.get(b)!, order.down) || a - b;
    });
  }

  #columns(): readonly TableColumn[] {
    return this.#options.columns.filter(({ isWide }) => !(small.matches && isWide));
  }

  #makeHead(): void {
    this.#head.textContent = this.#group.textContent = "";
    for (const column of this.#columns()) {
      const col = h("col");
      if (column.width) col.style.width = column.width;
      this.#group.append(col);
      this.#head.append(this.#headOf(column));
    }
    for (const { tr } of this.#pool) tr.remove();
    this.#pool = [];
  }

  #headOf({ key, title, isRight, sort }: TableColumn): HTMLElement {
    const order = this.#order?.key === key ? this.#order : undefined;
    const sorted = order && (order.down ? "descending" : "ascending");
    const th = h("th", { scope: "col", class: isRight ? "right" : undefined, "aria-sort": sorted });
    if (sort === undefined) {
      th.append(h("span", title));
      return th;
    }
    const arrow = h("span.arrow", { "aria-hidden": "true" }, order ? order.down ? "↓" : "↑" : "");
    const onclick = () => {
      this.#order = { key, down: order ? !order.down : isRight === true };
      this.#options.onOrder?.(this.#order);
      this.#makeHead();
      this.#sort();
      this.draw();
      // The head was made anew, and with it the button that had the focus.
      this.#head.querySelector<HTMLElement>(`[data-testid="sort-${CSS.escape(key)}"]`)?.focus();
    };
    th.append(h("button", { "data-testid": `sort-${key}`, onclick }, title, arrow));
    return th;
  }

  #makeRow(): Shown {
    const cells = this.#columns().map((column) => ({ column, node: column.make() }));
    const tr = h<HTMLTableRowElement>(
      "tr",
      ...cells.map(({ column, node }) =>
        h("td", { class: column.isRight ? "right" : undefined }, node)
      ),
    );
    tr.style.height = `${this.#options.rowHeight}px`;
    const shown: Shown = { tr, cells, index: 0 };
    on(tr, "click", () => {
      const row = this.#rows[shown.index];
      this.select(row);
      this.#options.onOpen?.(row);
    });
    return shown;
  }

  #key(event: KeyboardEvent): void {
    if (event.target !== this.node) return;
    const page = Math.max(1, Math.floor(this.#room / this.#options.rowHeight) - 2);
    const steps: Record<string, number> = {
      ...{ ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -1e9, End: 1e9 },
    };
    const by = Object.hasOwn(steps, event.key) ? steps[event.key] : 0;
    if (by !== 0) {
      event.preventDefault();
      const index = this.#selected === undefined ? -1 : this.#rows.indexOf(this.#selected);
      const next = Math.max(0, Math.min(this.#rows.length - 1, index + by));
      this.select(this.#rows[next]);
    } else if (event.key === "Enter" && this.#selected !== undefined) {
      this.#options.onOpen?.(this.#selected);
    } else if (event.key === "Escape" && this.#selected !== undefined) {
      event.stopPropagation();
      this.select(undefined);
    }
  }
}
