/**
 * The text that a handler keeps between scrapes; `kept_rows.ts` says what of it.
 *
 * @module
 */
import { type Family, familyKey } from "../export/family.ts";
import type { MetricDefinition } from "../schema/definitions.ts";
import { type KeptBytes, KeptRows } from "./kept_rows.ts";

/** Maximum number of forms whose text is kept: that of a Prometheus server, and another one. */
const MAX_FORMS = 2;
/** Maximum size of all text, in bytes: about a million lines. What is beyond is written anew. */
const MAX_BYTES = 2 ** 26;
/** Families with fewer series are not kept: to find what is kept takes as long as to write them. */
const MIN_SERIES = 16;

/** The text of one handler. */
export class KeptText {
  /** By what the lines depend on beside the families. The latest one is the last. */
  readonly #forms = new Map<string, KeptForm>();
  readonly #total: KeptBytes;

  constructor(maxBytes = MAX_BYTES) {
    this.#total = { used: 0, max: maxBytes };
  }

  /** The size of all text, in bytes. */
  get bytes(): number {
    return this.#total.used;
  }

  /**
   * The text in one form, for one more scrape. If there are too many forms, the text of the one that
   * was asked for the longest time ago goes.
   */
  form(key: string): KeptForm {
    const form = this.#forms.get(key) ?? new KeptForm(this.#total);
    this.#forms.delete(key);
    if (this.#forms.size === MAX_FORMS) {
      const [[oldest, form]] = this.#forms;
      form.end();
      this.#forms.delete(oldest);
    }
    this.#forms.set(key, form);
    return form;
  }
}

/** The text of all families in one form. */
class KeptForm {
  /** By {@linkcode familyKey}. */
  readonly #families = new Map<string, { rows: KeptRows; definition: MetricDefinition }>();
  readonly #total: KeptBytes;
  #isOver = false;

  constructor(total: KeptBytes) {
    this.#total = total;
  }

  /** The lines of a family's series; `undefined` if they are not to be kept. */
  rowsOf(family: Family): KeptRows | undefined {
    const { definition, kind, size } = family;
    if (definition === undefined || kind === "histogram" || family.isByThread) return undefined;
    if (this.#isOver) return undefined;
    const key = familyKey(family);
    const known = this.#families.get(key);
    if (size >= MIN_SERIES && known?.definition === definition) return known.rows;
    known?.rows.end();
    this.#families.delete(key);
    if (size < MIN_SERIES) return undefined;
    const rows = new KeptRows(this.#total);
    this.#families.set(key, { rows, definition });
    return rows;
  }

  /** Forgets everything, for good: a text that is under way keeps nothing any more. */
  end(): void {
    this.#isOver = true;
    for (const { rows } of this.#families.values()) rows.end();
    this.#families.clear();
  }
}
