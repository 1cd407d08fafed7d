/**
 * The source text of a compiled kernel. The text contains names of fields: the schema has checked
 * that they are identifiers.
 *
 * @module
 */
import { harden } from "../../base/harden.ts";
import { saturate } from "../../base/saturate.ts";
import { showBoundRecords, showBursts, showRecordWriters } from "../inspectable_writers.ts";
import { compileCommit } from "./commit_module.ts";
import { coldChanges, hotChanges, SPLIT } from "./compiled_changes.ts";
import type { RecordKernel } from "./kernel_types.ts";
import { COMMITTED } from "./record_loops.ts";
import type { FieldPlace, RecordLayout } from "./record_layout.ts";
import { addHalves, addUint64, getUint64, setUint64 } from "./uint64.ts";

/** The functions that the compiled text calls. */
const TOOLS = {
  addHalves,
  addUint64,
  getUint64,
  harden,
  saturate,
  setUint64,
  showBoundRecords,
  showBursts,
  showRecordWriters,
};

/** Compiles a text; `undefined` where the program may not compile (a content security policy). */
export function compileKernel(text: string, layout: RecordLayout): RecordKernel | undefined {
  try {
    const kernel = new Function("tools", text)(TOOLS) as Omit<RecordKernel, "module">;
    let module: { compiled: WebAssembly.Module | undefined } | undefined;
    return { ...kernel, module: () => (module ??= { compiled: compileCommit(layout) }).compiled };
  } catch {
    return undefined;
  }
}

/**
 * The text of a kernel, which is the body of a function. `isSplit` says in which form the hot
 * methods are, see `compiled_changes.ts`.
 */
export function kernelSource(layout: RecordLayout, isSplit = SPLIT): string {
  const changes = hotChanges(layout.fields, isSplit);
  const writer = `#records = null;
    #publishers = null;
    static {
      showRecordWriters(this.prototype, (writer) => writer.#records);
    }
    constructor(records) {
      this.#records = records;
      this.#publishers = records.publishers;
    }
    update(id, delta) {
      ${changes.update}
    }
    begin(id) {
      const record = this.#records.open(id, undefined);
      return new Burst(record, record.burst);
    }`;
  return `"use strict";
const { addHalves, addUint64, getUint64, harden, saturate, setUint64 } = tools;
const { showBoundRecords, showBursts, showRecordWriters } = tools;
${coldChanges(layout.fields)}
${changes.functions}
${burstSource(layout, changes.merge)}
class RecordWriter {
    ${writer}
}
class LabelledRecordWriter {
    ${writer}
    labels(labels) {
      return this.#records.labels(labels);
    }
}
class BoundRecordWriter {
    #life = null;
    #record = null;
    static {
      showBoundRecords(this.prototype, (writer) => writer.#life.records, (writer) => writer.#life);
    }
    constructor(life) {
      this.#life = life;
      this.#record = life.record;
    }
    get id() {
      return this.#life.id;
    }
    update(delta) {
      ${changes.boundUpdate}
    }
    begin() {
      const record = this.#life.records.open(this.id, this.#life);
      return new Burst(record, record.burst);
    }
}
return {
  writer: (records) => new RecordWriter(records),
  labelledWriter: (records) => new LabelledRecordWriter(records),
  boundWriter: (life) => new BoundRecordWriter(life),
${readingSource(layout)}
  recordClass: (Base, functions) =>
    functions === undefined ? byAtomics(Base) : byFunctions(Base, functions.add, functions.commit),
};
${recordSource(layout)}`;
}

/** What readers need. */
function readingSource({ fields, doubles }: RecordLayout): string {
  const combine = ({ op, type, word }: FieldPlace) => {
    if (type === "u64") {
      return `addHalves(totalBits, ${2 * word}, bits[${2 * word}], bits[${2 * word + 1}]);`;
    }
    if (op === "sum") {
      return `totals[${word}] = saturate(totals[${word}] + saturate(values[${word}]));`;
    }
    if (op === "bitOr") return `totals[${word}] = (totals[${word}] | values[${word}]) >>> 0;`;
    return `if (values[${word}] ${
      op === "min" ? "<" : ">"
    } totals[${word}]) totals[${word}] = values[${word}];`;
  };
  const property = ({ name, type, word }: FieldPlace) =>
    `${name}: ${
      type === "u64" ? `getUint64(bits, 2 * (base + ${word}))` : `values[base + ${word}]`
    },`;
  return `  ${copySource({ fields, doubles })},
  combine(totals, totalBits, values, bits) {
    ${fields.map(combine).join("\n    ")}
  },
  toObject(values, bits, base) {
    return {
      ${fields.map(property).join("\n      ")}
    };
  },`;
}

function copySource({ fields, doubles }: Pick<RecordLayout, "fields" | "doubles">): string {
  const words = (count: number, first = 0) => Array.from({ length: count }, (_, n) => first + n);
  return `copy(values, bits, base, toValues, toBits, to) {
${words(doubles).map((w) => `      toValues[to + ${w}] = values[base + ${w}];`).join("\n")}
${
    words(2 * (fields.length - doubles), 2 * doubles).map((w) =>
      `      toBits[2 * to + ${w}] = bits[2 * base + ${w}];`
    ).join("\n")
  }
    }`;
}

/** The class of bursts. `merge` is the body of that method. */
function burstSource({ fields }: RecordLayout, merge: string): string {
  const isValid = (n: number) => {
    switch (fields[n].type) {
      case "u64":
        return `(typeof v${n} === "bigint" || Number.isSafeInteger(v${n}))`;
      case "u32":
        return `typeof v${n} === "number" && ((v${n} | 0) === v${n} || (v${n} >>> 0) === v${n})`;
      default:
        return `typeof v${n} === "number" && v${n} === v${n}`;
    }
  };
  const accessor = ({ name, type, word }: FieldPlace, n: number) => {
    const isU64 = type === "u64";
    return `get ${name}() {
      const record = this.#record;
      if (record.burst !== this.#number) record.refuseBurst("read");
      return ${isU64 ? `getUint64(record.bits, ${2 * word})` : `record.values[${word}]`};
    }
    set ${name}(v${n}) {
      const record = this.#record;
      if (!(record.burst === this.#number && ${isValid(n)}) &&
        !record.allows(this.#number, ${n}, v${n})) return;
      ${
      isU64
        ? `setUint64(record.bits, ${2 * word}, v${n});`
        : `record.values[${word}] = v${n}${type === "u32" ? " >>> 0" : ""};`
    }
    }`;
  };
  // Accessors in a class body: accessors that are defined on a prototype cost 3-20 times as much in
  // JavaScriptCore. Fields have initial values of their later type: without them V8 assumes any type.
  return `const COMMITTED = ${COMMITTED};
class Burst {
    #record = null;
    #number = 0;
    static {
      isBurst = (owner) => #record in owner;
      recordOf = (burst) => burst.#record;
      numberOf = (burst) => burst.#number;
      showBursts(
        this.prototype,
        (burst) => burst.#record.metric,
        (burst) => burst.#record.burst === burst.#number,
      );
    }
    constructor(record, number) {
      this.#record = record;
      this.#number = number;
    }
    get id() {
      return this.#record.id;
    }
    merge(delta) {
      ${merge}
    }
    commit() {
      this.#record.commitBurst(this.#number);
      this.#number = COMMITTED;
    }
    discard() {
      this.#record.discardBurst(this.#number);
    }
    [Symbol.dispose]() {
      this.#record.discardBurst(this.#number);
    }
${fields.map(accessor).join("\n")}
}
harden(Burst.prototype);`;
}

/** The classes of records, one for each way to publish. */
function recordSource(layout: RecordLayout): string {
  const { fields } = layout;
  const names = fields.map((_, n) => `v${n}`).join(", ");
  const hasIntegers = fields.some(({ type }) => type === "u64");
  // One by one: a pattern takes more bytecode.
  const arrays = `doubles = this.doubles, ${
    hasIntegers ? "halves = this.halves, " : ""
  }idle = this.idle`;
  /** Stores to the slot `idle` what the slot `from` holds, merged with a value. */
  const mergeInSlots = ({ op, type, word }: FieldPlace, n: number) => {
    const old = `doubles[from + ${word}]`;
    const to = `doubles[idle + ${word}]`;
    if (type === "u64") {
      const [oldHalf, half] = ["from", "idle"].map((slot) => `2 * (${slot} + ${word})`);
      return `var sum${n} = halves[${oldHalf}] + v${n};
      halves[${half}] = sum${n};
      halves[${half} + 1] = halves[${oldHalf} + 1] + (sum${n} > 4294967295 ? 1 : 0);`;
    }
    if (op === "sum") return `${to} = ${old} + v${n};`;
    if (op === "bitOr") return `${to} = (${old} | v${n}) >>> 0;`;
    return `${to} = v${n} ${op === "min" ? "<" : ">"} ${old} ? v${n} : ${old};`;
  };
  /** Merges a value into the private memory. */
  const mergeInPrivate = ({ op, type, word }: FieldPlace, n: number) => {
    if (type === "u64") {
      return `var sum${n} = bits[${2 * word}] + v${n};
      bits[${2 * word}] = sum${n};
      if (sum${n} > 4294967295) bits[${2 * word + 1}]++;`;
    }
    if (op === "sum") return `values[${word}] += v${n};`;
    if (op === "bitOr") return `values[${word}] = (values[${word}] | v${n}) >>> 0;`;
    return `if (v${n} ${op === "min" ? "<" : ">"} values[${word}]) values[${word}] = v${n};`;
  };
  const each = (line: (field: FieldPlace, n: number) => string) =>
    fields.map(line).join("\n      ");
  const isOutdated =
    "words[this.epochIndex] !== this.epoch || words[this.controlIndex] !== this.control";
  const shared = `${copySource(layout)}
    mergeBurst(number, ${names}) {
      if (this.burst !== number) this.refuseBurst("merge into");
      var values = this.values${hasIntegers ? ", bits = this.bits" : ""};
      ${each(mergeInPrivate)}
    }
    change(given) {
      const { values, bits } = this;
      ${each((_, n) => `const v${n} = given[${n}];`)}
      ${
    each((field, n) =>
      field.type === "u64" ? `addUint64(bits, ${2 * field.word}, v${n});` : mergeInPrivate(field, n)
    )
  }
    }`;
  // The accesses, their orders and what they pair with are those of `RecordPublisher.publish`.
  return `function byAtomics(Base) {
  return class extends Base {
    commit(${names}) {
      var words = this.words;
      if (${isOutdated}) return false;
      var ${arrays}, from = idle ^ this.flip;
      ${each(mergeInSlots)}
      words[(idle + ${fields.length}) * 2] = this.epoch;
      var before = Atomics.add(words, this.version, 2);
      this.idle = from;
      if (((before | this.rare) & 1) !== 0) this.handleRareCommit(before);
      return true;
    }
    ${shared}
  };
}
function byFunctions(Base, addInMemory, commitInMemory) {
  return class extends Base {
    commit(${names}) {
      var words = this.words;
      if (${isOutdated}) return false;
      var idle = this.idle, from = idle ^ this.flip;
      const before = commitInMemory(idle, from, this.epoch, this.version, ${names});
      // After the call: it throws, and has done nothing, when the stack is full.
      this.idle = from;
      if (((before | this.rare) & 1) !== 0) this.handleRareCommit(before);
      return true;
    }
    advance() {
      return addInMemory(this.version, 2);
    }
    ${shared}
  };
}`;
}
