/**
 * Writes the labels of a family's series.
 *
 * @module
 */
import type { Family } from "../export/family.ts";
import { idLabelOf, isAnonymous, labelNames } from "../export/series_labels.ts";
import type { ThreadSample } from "../export/thread_samples.ts";
import { escapeLabelName, type EscapingScheme } from "../schema/escaping.ts";
import { meterOriginOf } from "../schema/meter_origin.ts";
import type { Row } from "../snapshots/snapshot_data.ts";
import type { ByteWriter } from "./byte_writer.ts";
import { MeterLabels } from "./meter_labels.ts";
import { writtenLabel } from "./name_writer.ts";

/** Writes the labels of one family's series, as they stand between the braces. */
export class LabelWriter {
  readonly #out: ByteWriter;
  readonly #family: Family;
  readonly #nameOf: (key: string) => string;
  readonly #idLabel: string;
  /** The metric's own labels. Nearly all series have exactly these, in this order. */
  readonly #keys: readonly string[];
  /** The text before each of their values: the end of the previous value, and the name. */
  readonly #openings: readonly string[];
  /** For an instrument of a meter, whose labels are its attributes. */
  readonly #meterLabels: MeterLabels | undefined;

  constructor(
    out: ByteWriter,
    family: Family,
    options: { perThread: boolean; escaping: EscapingScheme },
  ) {
    const { perThread, escaping } = options;
    if (meterOriginOf(family.definition) !== undefined) {
      this.#meterLabels = new MeterLabels(family, options);
    }
    const form = (label: string) => escapeLabelName(label, escaping);
    const nameOf = labelNames(family, { perThread, form });
    this.#out = out;
    this.#family = family;
    this.#keys = family.definition?.labels ?? [];
    this.#nameOf = (key) => writtenLabel(nameOf(key));
    this.#idLabel = idLabelOf(family, form);
    this.#openings = this.#keys.map((key, n) => `${n === 0 ? "" : '",'}${this.#nameOf(key)}="`);
  }

  /** Replaces the content of the buffer by the labels of a series, or of one thread's part. */
  write(row: Row, owner?: Pick<ThreadSample, "thread" | "slot">): void {
    const out = this.#out;
    const keys = this.#keys;
    out.clear();
    if (this.#meterLabels !== undefined) {
      for (const [name, value] of this.#meterLabels.of(row)) this.#add(writtenLabel(name), value);
    } else if (keys.length > 0 && Object.hasOwn(row.labels, keys[0])) {
      const openings = this.#openings;
      for (let n = 0; n < keys.length; n++) {
        out.text(openings[n]);
        out.quoted(row.labels[keys[n]]!);
      }
      out.text('"');
    } else {
      for (const [key, value] of Object.entries(row.labels)) this.#add(this.#nameOf(key), value!);
      if (out.length === 0 && isAnonymous(this.#family, row)) {
        this.#add(this.#idLabel, `${row.id}`);
      }
    }
    if (owner === undefined) return;
    this.#add("thread", owner.thread);
    this.#add("slot", owner.slot);
  }

  #add(name: string, value: string): void {
    const out = this.#out;
    out.text(out.length === 0 ? `${name}="` : `,${name}="`);
    out.quoted(value);
    out.text('"');
  }
}
