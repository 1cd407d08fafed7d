/**
 * Faults that were put into the protocols on purpose: each must be found. All anchors into the
 * library's text stand here.
 *
 * @module
 */

/** A change of the library's text. */
export interface Edit {
  /** Stands in the file once. */
  readonly find: string;
  readonly replace: string;
  /** Path below `src/`, if it is another than the mutant's. */
  readonly file?: string;
}

/** A fault. */
export interface Mutant {
  readonly name: string;
  /** What is wrong then. */
  readonly fault: string;
  /** Path below `src/`. */
  readonly file: string;
  readonly edits: readonly Edit[];
  /** Histories of the explorer that must find it, in the order in which they are tried. */
  readonly histories: readonly string[];
}

/** In place of a compare-exchange: a look, and then a store. */
function lookAndStore(array: string, index: string, from: string, to: string): string {
  return `(Atomics.load(${array}, ${index}) === ${from} ? (Atomics.store(${array}, ${index}, ${to}), ${from}) : ~${from})`;
}

/**
 * Puts a fault into the library.
 *
 * @param read Gives the text of a file below `src/`.
 * @returns The new texts of the files that change.
 * @throws {RangeError} When the place of the fault is not there, or not the only one.
 */
export function applyMutant(
  { name, file, edits }: Mutant,
  read: (file: string) => string,
): Map<string, string> {
  const texts = new Map<string, string>();
  for (const { find, replace, file: place = file } of edits) {
    const text = texts.get(place) ?? read(place);
    const count = text.split(find).length - 1;
    if (count !== 1) {
      throw new RangeError(
        `Cannot apply ${name}: its anchor must stand once in src/${place}, got ${count} times: ${find}`,
      );
    }
    texts.set(place, text.replace(find, () => replace));
  }
  return texts;
}

/** All of them. */
export const mutants: readonly Mutant[] = [
  {
    name: "arena-store",
    fault:
      "Two threads that allocate at once may get the same lines: a store for the compare-exchange",
    file: "memory/arena.ts",
    edits: [{
      find: "if (Atomics.compareExchange(i32, H_BUMP, bump, end / LINE) === bump) return start;",
      replace: "Atomics.store(i32, H_BUMP, end / LINE); return start;",
    }],
    histories: ["growth-cells"],
  },
  {
    name: "stale-views",
    fault: "A reader's views do not reach to where the memory has grown",
    file: "metrics/segment_views.ts",
    edits: [{
      find: "blockViews(this.#shared.arena, start, this.#layout.bytes(capacity));",
      replace: "this.#shared.arena.views();",
    }],
    histories: ["growth-cells"],
  },
  {
    name: "block-tag",
    fault: "The top of the free label heads has no tag (ABA)",
    file: "memory/free_lists.ts",
    edits: [{ find: "((top >> 32n) + 1n)", replace: "(top >> 32n)" }],
    histories: ["labels-blocks"],
  },
  {
    name: "lines-store",
    fault: "Two threads may be lent the same line: its bit is looked at and then cleared",
    file: "memory/extents.ts",
    edits: [{
      find:
        "if (Atomics.compareExchange(words, index, bits, bits & ~mask) === bits) line = next(line);",
      replace: "Atomics.store(words, index, bits & ~mask); line = next(line);",
    }],
    histories: ["labels-extents"],
  },
  {
    name: "lines-lost",
    fault: "Who loses a line to another thread keeps those that it has claimed before",
    file: "memory/extents.ts",
    edits: [{ find: "        this.#set(first, line - first);\n", replace: "" }],
    histories: ["labels-extents"],
  },
  {
    name: "segment-store",
    fault: "A thread that adds a bucket segment replaces the one that another has added",
    file: "buckets/bucket_table.ts",
    edits: [{
      find: "Atomics.compareExchange(i32, this.#directory + next, 0, longIndex(start)) >>> 0;",
      replace: "Atomics.store(i32, this.#directory + next, longIndex(start)) * 0;",
    }],
    histories: ["growth-table"],
  },
  {
    name: "begin-store",
    fault: "Two creators may get the same id: the epoch is looked at and then stored",
    file: "buckets/bucket_table.ts",
    edits: [{
      find: "Atomics.compareExchange(i32, segment.epochs + offset, epoch, epoch + 1) === epoch;",
      replace: `${lookAndStore("i32", "segment.epochs + offset", "epoch", "epoch + 1")} === epoch;`,
    }],
    histories: ["ids", "ids-chase"],
  },
  {
    name: "hint-once",
    fault: 'The hint "used" is set without a second look: an id that died meanwhile is hidden',
    file: "buckets/free_ids.ts",
    edits: [{
      find: `  const epoch = Atomics.load(i32, segment.epochs + offset);
  if ((epoch & 1) === 0 && epoch < LAST_EPOCH) markFree(segment, offset);`,
      replace: "",
    }],
    histories: ["ids-chase", "ids"],
  },
  {
    name: "epoch-unconfirmed",
    fault: "A read does not confirm the bucket's epoch after it has added up",
    file: "metrics/bucket_reader.ts",
    edits: [{
      find: "if (this.#table.confirmEpoch(id) === epoch) return value;",
      replace: "return value;",
    }],
    histories: ["clear-counter", "clear-record"],
  },
  {
    name: "tags-unchecked",
    fault: "A snapshot adds up counters whatever epoch they are of",
    file: "metrics/counter/counter_accumulator.ts",
    edits: [{ find: "i32[tags + n] === epochs[n] ? 1 : 0", replace: "1" }],
    histories: ["clear-series"],
  },
  {
    name: "late-tag",
    fault: "A snapshot looks at a counter's tag behind its value",
    file: "metrics/counter/counter_accumulator.ts",
    edits: [
      {
        find: "if (isCurrent[n] === 1) totals[n] += f64[cells + n];",
        replace: "const value = f64[cells + n];\n" +
          "        if (i32[tags + n] === epochs[n]) totals[n] += value;",
      },
    ],
    histories: ["clear-series"],
  },
  {
    name: "epoch-unchecked",
    fault: "A counter's writer does not look at the bucket's epoch",
    file: "metrics/counter/counter_writer.ts",
    edits: [{
      find: "this.#words[this.#epochIndex] !== this.#epoch ||",
      replace: "this.#epoch === 0 ||",
    }],
    histories: ["clear-counter"],
  },
  {
    name: "fence-unchecked",
    fault: "A counter's writer does not look at its slot's control word",
    file: "metrics/counter/counter_writer.ts",
    edits: [{ find: "this.#words[this.#controlIndex] !== this.#control", replace: "false" }],
    histories: ["revoke", "revoke-quarantine"],
  },
  {
    name: "tag-first",
    fault: "After a clear the tag is stored before the content",
    file: "metrics/counter/counter_writer.ts",
    edits: [{
      find: "    this.#cells[this.#cell] = this.#total += n;\n" +
        "    this.#cellWriter.setTag(epoch);",
      replace: "    this.#cellWriter.setTag(epoch);\n" +
        "    this.#cells[this.#cell] = this.#total += n;",
    }],
    histories: ["clear-counter"],
  },
  {
    name: "life-unchecked",
    fault: "A writer of a labelled bucket goes on in the next life of the bucket",
    file: "metrics/cell_writer.ts",
    edits: [{ find: "!index!.isAlive(this.series)", replace: "false" }],
    histories: ["recreate-fresh", "recreate-counter"],
  },
  {
    name: "record-life-unchecked",
    fault: "The same of a labelled record",
    file: "metrics/record/record_writer.ts",
    edits: [{ find: "!index!.isAlive(life.series)", replace: "false" }],
    histories: ["recreate-record"],
  },
  {
    name: "life-by-id",
    fault: "A thread takes a bucket for the one with the labels that its id had before",
    file: "buckets/label_index.ts",
    edits: [{ find: "|| lifeIn(this.#log.labelWord(known.id)) !== known.life", replace: "" }],
    histories: ["recreate-counter"],
  },
  {
    name: "record-epoch-unchecked",
    fault: "A record's writer does not look at the bucket's epoch",
    file: "metrics/record/compiled_kernel.ts",
    edits: [{
      find: "words[this.epochIndex] !== this.epoch ||",
      replace: "this.epoch <= 0 ||",
    }],
    histories: ["clear-record"],
  },
  {
    name: "record-fence-unchecked",
    fault: "A record's writer does not look at its slot's control word",
    file: "metrics/record/compiled_kernel.ts",
    edits: [{
      find: "!== this.epoch || words[this.controlIndex] !== this.control",
      replace: "!== this.epoch",
    }],
    histories: ["revoke-record"],
  },
  {
    name: "burst-fence-unchecked",
    fault: "A burst is committed although the thread was revoked",
    file: "metrics/record/record_publisher.ts",
    edits: [{
      find: "if (this.words[this.controlIndex] !== this.control) this.refuseCommit();",
      replace: "if (1 > 2) this.refuseCommit();",
    }],
    histories: ["revoke-burst"],
  },
  {
    name: "bins-kept",
    fault: "A histogram's block is not emptied after a clear",
    file: "metrics/histogram/histogram_writer.ts",
    edits: [{
      find: "this.#doubles[this.#bins + bin] = 0;",
      replace: "this.#doubles[this.#bins + bin] += 0;",
    }],
    histories: ["clear-histogram"],
  },
  {
    name: "bins-late",
    fault: "A histogram's block is emptied after the tag is stored",
    file: "metrics/histogram/histogram_writer.ts",
    edits: [{
      find: "      else this.#reset();",
      replace: "      else cellWriter.setTag(epoch), this.#reset();",
    }],
    histories: ["clear-histogram"],
  },
  {
    name: "publish-first",
    fault: "A record's version is advanced before its slot is filled",
    file: "metrics/record/compiled_kernel.ts",
    edits: [
      {
        find: "      var before = Atomics.add(words, this.version, 2);\n",
        replace: "",
      },
      {
        find: "      var ${arrays}, from = idle ^ this.flip;\n",
        replace:
          "      var ${arrays}, from = idle ^ this.flip, before = Atomics.add(words, this.version, 2);\n",
      },
    ],
    histories: ["records"],
  },
  {
    name: "same-slot",
    fault: "A record's writer writes the slot that the version names",
    file: "metrics/record/compiled_kernel.ts",
    edits: [{
      find: "      var before = Atomics.add(words, this.version, 2);\n      this.idle = from;",
      replace: "      var before = Atomics.add(words, this.version, 2);",
    }],
    histories: ["records"],
  },
  {
    name: "module-same-slot",
    fault: "The same of the module in WebAssembly",
    file: "metrics/record/commit_module.ts",
    edits: [{
      find: "...fields.flatMap((field, n) => [...get(TO),",
      replace: "...fields.flatMap((field, n) => [...get(FROM),",
    }],
    histories: ["records-module"],
  },
  {
    name: "burst-same-slot",
    fault: "The same of a burst's commit",
    file: "metrics/record/record_publisher.ts",
    edits: [{
      find: "    this.idle = idle ^ this.flip;\n",
      replace: "",
    }],
    histories: ["records"],
  },
  {
    name: "copy-unconfirmed",
    fault: "A reader does not confirm the version after its copy",
    file: "metrics/record/record_accumulator.ts",
    edits: [{
      find: "if (((Atomics.add(i32, index, 0) ^ version) & ~WAITING) === 0) {",
      replace: "{",
    }],
    histories: ["records"],
  },
  {
    name: "one-commit-more",
    fault: "A reader accepts a copy when one commit came meanwhile",
    file: "metrics/record/record_accumulator.ts",
    edits: [{
      find: "if (((Atomics.add(i32, index, 0) ^ version) & ~WAITING) === 0) {",
      replace: "if (((Atomics.add(i32, index, 0) - version) & ~WAITING) <= 2) {",
    }],
    histories: ["records"],
  },
  {
    name: "adopt-untagged",
    fault: "After a clear a record goes on from the values before it",
    file: "metrics/record/record_publisher.ts",
    edits: [{
      find: "if (this.words[(from + this.fields) * 2] === epoch) {",
      replace: "if (this.words[(from + this.fields) * 2] !== 0) {",
    }],
    histories: ["clear-record"],
  },
  {
    name: "rescue-forgotten",
    fault: "A writer does not help readers who wait",
    file: "metrics/record/record_publisher.ts",
    edits: [{
      find: "if ((before & WAITING_BIT) !== 0) this.writeRescueCopy",
      replace: "if (1 > 2) this.writeRescueCopy",
    }],
    histories: ["records-bounded"],
  },
  {
    name: "rescue-unmarked",
    fault: "The rescue slot's sequence is not odd while it is written",
    file: "metrics/record/record_publisher.ts",
    edits: [{
      find: "1 + (Atomics.load(words, rescue + RESCUE_SEQUENCE) & 1),",
      replace: "0,",
    }],
    histories: ["records-help"],
  },
  {
    name: "rescue-any-age",
    fault: "A reader takes a rescue slot that was written before it asked",
    file: "metrics/record/record_accumulator.ts",
    edits: [{
      find: "return age !== 0 && age <=",
      replace: "return age >= 0 || age <=",
    }],
    histories: ["records-help"],
  },
  {
    name: "slot-store",
    fault: "Two threads may get the same slot: its control word is looked at and then stored",
    file: "threads/slot_directory.ts",
    edits: [{
      find:
        `    return Atomics.compareExchange(this.#arena.views().i32, this.controlIndex(slot), from, to) ===
      from;`,
      replace: `    return ${
        lookAndStore("this.#arena.views().i32", "this.controlIndex(slot)", "from", "to")
      } === from;`,
    }],
    histories: ["threads"],
  },
  {
    name: "generation",
    fault: "A slot's next owner has the generation of the last one",
    file: "threads/slot_directory.ts",
    edits: [{ find: "(generationOf(control) + GENERATION)", replace: "generationOf(control)" }],
    histories: ["revoke"],
  },
  {
    name: "reserve-unchecked",
    fault: "A slot is reserved without a check that it is still entered",
    file: "threads/slot_directory.ts",
    edits: [{
      find: "return this.#change(slot, generation | ENTERED, generation | RESERVED);",
      replace:
        "Atomics.store(this.#arena.views().i32, this.controlIndex(slot), generation | RESERVED); return true;",
    }],
    histories: ["seats"],
  },
  {
    name: "seat-owner-anew",
    fault: "Who takes a seat makes its owner unknown for a moment",
    file: "registration.ts",
    edits: [{
      find: "completeOwner(arena, slots, tenure, thisThread(handle));",
      replace: "writeOwner(arena, slots, tenure, thisThread(handle));",
    }],
    histories: ["seats"],
  },
  {
    name: "no-quarantine",
    fault: "A revoked slot is taken at once",
    file: "threads/slot_directory.ts",
    edits: [{
      find: "if (state === REVOKED) return this.#quarantine.isNone;",
      replace: "if (state === REVOKED) return true;",
    }],
    histories: ["revoke-quarantine"],
  },
  {
    name: "block-store",
    fault: "A thread that loses its slot to another replaces that one's thread block",
    file: "threads/cell_segments.ts",
    edits: [{
      find: "Atomics.compareExchange(i32, word, 0, longIndex(start)) >>> 0;",
      replace: "Atomics.store(i32, word, longIndex(start)) * 0;",
    }],
    histories: ["threads"],
  },
  {
    name: "pool-store",
    fault:
      "Two owners of a slot may get the same bytes of its pool: the pool is looked at and then stored",
    file: "threads/cell_segments.ts",
    edits: [{
      find: "if (Atomics.compareExchange(u64, index, pool, rest) === pool) return from;",
      replace: "Atomics.store(u64, index, rest); return from;",
    }],
    histories: ["uses-revoke"],
  },
  {
    name: "use-counted-first",
    fault: "The first use of a metric is counted before it is noted",
    file: "memory/first_use.ts",
    edits: [{
      find: "Atomics.store(i32, used, 1);\n  Atomics.add(i32, H_FIRST_USES, 1);",
      replace: "Atomics.add(i32, H_FIRST_USES, 1);\n  Atomics.store(i32, used, 1);",
    }],
    histories: ["uses"],
  },
  {
    name: "use-noted-once",
    fault: "A thread does not count a first use that another one has noted and not counted yet",
    file: "memory/first_use.ts",
    edits: [{
      find: "  Atomics.store(i32, used, 1);",
      replace: "  if (Atomics.load(i32, used) !== 0) return;\n  Atomics.store(i32, used, 1);",
    }],
    histories: ["uses"],
  },
  {
    name: "uses-loaded-late",
    fault: "A snapshot loads the number of first uses after it has looked at the notes",
    file: "snapshots/take_snapshot.ts",
    edits: [{ find: "this.#uses = uses;", replace: "this.#uses = firstUses(arena);" }],
    histories: ["uses-again"],
  },
  {
    name: "definition-store",
    fault: "A definer replaces the entry of another one: a store for the compare-exchange",
    file: "memory/definition_log.ts",
    edits: [{
      find:
        "return Atomics.compareExchange(i32, this.#directory + position, 0, longIndex(start)) === 0;",
      replace:
        "Atomics.store(i32, this.#directory + position, longIndex(start));\n    return true;",
    }],
    histories: ["definitions-same"],
  },
  {
    name: "definition-blindly",
    fault: "A definer appends behind entries that it has not read",
    file: "metrics/metric_catalogue.ts",
    edits: [{
      find: "if (!this.#log.append(this.#position, block)) block.giveBack();",
      replace: "for (let at = this.#position; !this.#log.append(at, block);) at++;",
    }],
    histories: ["definitions-same"],
  },
  {
    name: "collision-unseen",
    fault: "A definer compares names outside once, and not again after another one was first",
    file: "metrics/metric_catalogue.ts",
    edits: [{
      find: "    for (;;) {\n      this.#catchUp(action, schema);",
      replace: "    for (let n = 0;; n++) {\n      this.#catchUp(action, schema);",
    }, {
      find: "      this.#assertFree(action, missing);",
      replace: "      if (n === 0) this.#assertFree(action, missing);",
    }],
    histories: ["definitions-collision"],
  },
  {
    name: "definition-kept",
    fault:
      "A definer that was not first appends its block as it is: others have defined a part of it",
    file: "metrics/metric_catalogue.ts",
    edits: [{
      find: "if (!this.#log.append(this.#position, block)) block.giveBack();",
      replace: 'while (!this.#log.append(this.#position, block)) this.#catchUp("");',
    }],
    histories: ["definitions-different"],
  },
  {
    name: "definition-given-back",
    fault: "The block of a definition is given back although it was appended",
    file: "metrics/metric_catalogue.ts",
    edits: [{
      find: "if (!this.#log.append(this.#position, block)) block.giveBack();",
      replace: "this.#log.append(this.#position, block);\n    block.giveBack();",
    }],
    histories: ["definitions-same"],
  },
  {
    name: "definition-lost",
    fault: "A definer that was not first does not give its block back",
    file: "metrics/metric_catalogue.ts",
    edits: [{
      find: "if (!this.#log.append(this.#position, block)) block.giveBack();",
      replace: "this.#log.append(this.#position, block);",
    }],
    histories: ["definitions-same"],
  },
  {
    name: "definition-dirty",
    fault: "The control blocks of a definition are not emptied: the memory had another use before",
    file: "memory/definition_log.ts",
    edits: [{ find: "for (let n = 0; n < textOffset / 4; n++) i32[word + n] = 0;", replace: "" }],
    histories: ["definitions-same"],
  },
  {
    name: "definition-halves",
    fault: "Each metric of a schema gets an entry of its own",
    file: "metrics/metric_catalogue.ts",
    edits: [{
      find: "this.#define(missing);",
      replace: "this.#define(missing.slice(0, 1));",
    }],
    histories: ["definitions-different"],
  },
  {
    name: "definition-refused",
    fault: "A definer is refused although another one has defined the same with the last memory",
    file: "metrics/metric_catalogue.ts",
    edits: [{
      find: "        if (this.#missing(action, schema).length > 0) throw error;",
      replace: "        throw error;",
    }],
    histories: ["definitions-last"],
  },
  {
    name: "bucket-afterwards",
    fault: "The implicit buckets of a definition are made after it was appended",
    file: "metrics/metric_catalogue.ts",
    edits: [{
      find: "    for (const [n, bytes] of extraBytes.entries()) {",
      replace: "    if (!this.#log.append(this.#position, block)) return block.giveBack();\n" +
        "    for (const [n, bytes] of extraBytes.entries()) {",
    }, {
      find: "    if (!this.#log.append(this.#position, block)) block.giveBack();",
      replace: "",
    }],
    histories: ["definitions-same"],
  },
  {
    name: "snapshot-names",
    fault: "A snapshot has the names of metrics that were defined after it has looked for them",
    file: "snapshots/take_snapshot.ts",
    edits: [{
      find: "of this.#known) {",
      replace: 'of this.#parts.catalogue.all("take a snapshot")) {',
    }],
    histories: ["definitions-same"],
  },
  {
    name: "ring-store",
    fault: "Two threads that make the first bucket of a metric make two logs",
    file: "buckets/label_log.ts",
    edits: [{
      find: "if (Atomics.compareExchange(i32, this.#reference, 0, longIndex(made)) !== 0) {",
      replace: "if (Atomics.store(i32, this.#reference, longIndex(made)) === 0) {",
    }],
    histories: ["labels-first"],
  },
  {
    name: "name-first",
    fault: "A name counts as the present one before it was written",
    file: "threads/slot_names.ts",
    edits: [{
      find: "Atomics.store(i32, words + SLOT_NAME_GENERATION, UNNAMED);",
      replace: "Atomics.store(i32, words + SLOT_NAME_GENERATION, generationOf(control));",
    }],
    histories: ["threads-read"],
  },
  {
    name: "tenure-first",
    fault: "A gauge's new owner says that the value is its own before it has stored it",
    file: "metrics/gauge/gauge_writer.ts",
    edits: [
      {
        find: "    if (this.#epoch !== epoch) this.#value = 0;",
        replace: "    Atomics.store(this.#words, this.#tenure, this.#cellWriter.control);\n" +
          "    if (this.#epoch !== epoch) this.#value = 0;",
      },
    ],
    histories: ["gauge-depth"],
  },
  {
    name: "append-blindly",
    fault: "A creator appends to the label log behind entries that it has not looked at",
    file: "buckets/labelled_buckets.ts",
    edits: [{
      find: "const stamp = (position + 1) | 0;",
      replace: "position = this.#index.catchUp();\n        const stamp = (position + 1) | 0;",
    }, {
      find: "const position = this.#index.catchUp();",
      replace: "let position = this.#index.catchUp();",
    }],
    histories: ["labels-same"],
  },
  {
    name: "stamp-unchecked",
    fault: "A late helper does not check that the label head is still that of the entry",
    file: "buckets/label_log.ts",
    edits: [{
      find: "&& Atomics.load(i32, words + L_STAMP) === ((position + 1) | 0)",
      replace: "",
    }],
    histories: ["labels-destroy", "labels-blocks"],
  },
  {
    name: "addressed-early",
    fault: "A head is addressed to a position whose end was seen before the head was the creator's",
    file: "buckets/labelled_buckets.ts",
    edits: [{
      find: "          head = writeLabels(this.#arena, kind, values);\n          continue;",
      replace: "          head = writeLabels(this.#arena, kind, values);",
    }],
    histories: ["labels-destroy", "labels-blocks"],
  },
  {
    name: "exemplar-publish-first",
    fault: "An exemplar's version is advanced before its slot is filled",
    file: "metrics/exemplars/exemplar_writer.ts",
    edits: [
      {
        find: "    // Unordered, all stores up to the publication.",
        replace: "    Atomics.add(i32, version, 1);\n    //",
      },
      {
        find:
          "could pass it on AArch64, and a reader would take a part of that one for this one.\n" +
          "    Atomics.add(i32, version, 1);",
        replace: "",
      },
    ],
    histories: ["exemplars"],
  },
  {
    name: "exemplar-same-slot",
    fault: "An exemplar is written to the slot that the version names",
    file: "metrics/exemplars/exemplar_writer.ts",
    edits: [{
      find: "const idle = (Atomics.load(i32, version) & 1) ^ 1;",
      replace: "const idle = Atomics.load(i32, version) & 1;",
    }],
    histories: ["exemplars"],
  },
  {
    name: "exemplar-unconfirmed",
    fault: "A reader does not confirm the version after its copy of an exemplar",
    file: "metrics/exemplars/exemplar_reader.ts",
    edits: [{
      find: "if (Atomics.add(i32, version, 0) === before) return true;",
      replace: "return before === before;",
    }],
    histories: ["exemplars"],
  },
  {
    name: "exemplar-any-epoch",
    fault: "A reader shows exemplars of whatever epoch",
    file: "metrics/exemplars/exemplar_reader.ts",
    edits: [{ find: " || this.#epoch !== epoch) continue;", replace: ") continue;" }],
    histories: ["exemplars-clear"],
  },
  {
    name: "exemplar-uncounted",
    fault: "An exemplar is published before its update is counted",
    file: "metrics/counter/counter_writer.ts",
    edits: [{
      find: "    this.#addSlowly(n);\n    exemplars.write(0, labels, n, this.#epoch);",
      replace: "    exemplars.write(0, labels, n, this.#epoch);\n    this.#addSlowly(n);",
    }],
    histories: ["exemplars"],
  },
  {
    name: "snapshot-unconfirmed",
    fault: "A snapshot does not load epochs again after the cells",
    file: "metrics/epoch_batch.ts",
    edits: [{
      find: "this.confirmed[n] = i32[epochs + offset + n];",
      replace: "this.confirmed[n] = this.epochs[n];",
    }],
    histories: ["clear-series"],
  },
  {
    name: "exemplar-read-late",
    fault: "A snapshot reads exemplars of an epoch after it has confirmed the epoch",
    file: "metrics/snapshot_rows.ts",
    edits: [{
      find: "addExemplars(rows, found[offset % BATCH]);",
      replace: "addExemplars(rows, exemplars!.read(cells, offset, epoch));",
    }],
    histories: ["exemplars"],
  },
];
