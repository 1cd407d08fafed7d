/**
 * The inner loops of records, for one list of fields: made as source text and compiled when the program may do that
 * (`new Function`), interpreted field by field when it may not (a content security policy).
 *
 * Why: a loop over field names makes every property access megamorphic. In one run on a busy x86-64 machine, `update()` of four doubles took,
 * compiled and interpreted: Deno 2.9 41 and 230 ns, Node 24 50 and 233 ns. Names were checked to be identifiers when the schema was defined.
 *
 * @module
 */
import { harden } from "../../base/harden.ts";
import { interpretKernel } from "./interpreted_kernel.ts";
import { saturate } from "../../base/saturate.ts";
import { isOfUnknown, reject, rejectFirst, rejectUnknown } from "./record_changes.ts";
import { COMMITTED, type RecordKernel } from "./record_host.ts";
import type { RecordLayout } from "./record_layout.ts";
import { showBursts, showRecordWriters } from "../inspectable_writers.ts";
import { addHalves, addUint64, getUint64, setUint64 } from "./uint64.ts";

/** What the compiled text calls. */
const TOOLS = {
  addHalves,
  addUint64,
  getUint64,
  harden,
  reject,
  rejectFirst,
  isOfUnknown,
  rejectUnknown,
  saturate,
  setUint64,
  showBursts,
  showRecordWriters,
};

/**
 * What makes the texts of this copy of the library others than those of a second one. V8 keeps one feedback for equal texts, in which each
 * evaluation's private names are keys of their own: a field of a burst then takes 25 ns in place of 3 (Deno 2.9, Node 24).
 */
const COPY = `// ${Math.random()}`;

/** The kernels that were made, by their text: one for all records with the same fields, for the same reason. */
const made = new Map<string, RecordKernel>();
/** So many are kept, as there may be any number of schemas in the life of a program that looks at others' statistics. */
const MOST_KEPT = 256;

/** The inner loops for a list of fields. */
export function makeKernel(layout: RecordLayout): RecordKernel {
  const text = `${COPY}\n${kernelSource(layout)}`;
  const known = made.get(text);
  if (known !== undefined) return known;
  if (made.size === MOST_KEPT) made.clear();
  const kernel = compile(text, layout) ?? interpretKernel(layout);
  made.set(text, kernel);
  return kernel;
}

/** Compiles a kernel, where the program may do that. */
function compile(text: string, { fields }: RecordLayout): RecordKernel | undefined {
  try {
    return new Function("tools", "fields", text)(TOOLS, fields) as RecordKernel;
  } catch {
    return undefined;
  }
}

/** The text of the kernel's functions. */
function kernelSource({ fields, doubles, stride }: RecordLayout): string {
  const at = (n: number) => `base + ${fields[n].word}`;
  const half = (n: number, base = "base") => `2 * (${base} + ${fields[n].word})`;
  const each = (line: (n: number) => string) => fields.map((_, n) => line(n)).join("\n");
  const check = (n: number) => {
    switch (fields[n].type) {
      case "u64":
        return `typeof v${n} === "bigint" || Number.isSafeInteger(v${n})`;
      case "u32":
        return `typeof v${n} === "number" && ((v${n} | 0) === v${n} || (v${n} >>> 0) === v${n})`;
      default:
        return `typeof v${n} === "number" && ${
          fields[n].op === "sum" ? `v${n} - v${n} === 0` : `v${n} === v${n}`
        }`;
    }
  };
  const apply = (n: number) => {
    const { op, type } = fields[n];
    if (type === "u64") {
      return `if (typeof v${n} === "number" && v${n} >= 0 && v${n} <= 4294967295) {
        const at = ${half(n)}, sum = bits[at] + v${n};
        bits[at] = sum;
        if (sum > 4294967295) bits[at + 1]++;
      } else addUint64(bits, ${half(n)}, v${n});`;
    }
    if (op === "sum") return `values[${at(n)}] += v${n};`;
    if (op === "bitOr") return `values[${at(n)}] = (values[${at(n)}] | v${n}) >>> 0;`;
    return `if (v${n} ${op === "min" ? "<" : ">"} values[${at(n)}]) values[${at(n)}] = v${n};`;
  };
  const combine = (n: number) => {
    const { op, type, word } = fields[n];
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
  const accessor = (n: number) => {
    const { name, type } = fields[n];
    const isU64 = type === "u64";
    const isValid = type === "f64" ? `typeof v${n} === "number" && v${n} === v${n}` : check(n);
    const place = `const records = this.#records, { ${
      isU64 ? "values, bits" : "values"
    } } = records;
      const base = this.#id * ${stride};`;
    const isOpen = `values[base + ${stride - 1}] === this.#number`;
    return `get ${name}() {
      ${place}
      if (!(${isOpen})) records.refuseBurst("read");
      return ${isU64 ? `getUint64(bits, ${half(n)})` : `values[${at(n)}]`};
    }
    set ${name}(v${n}) {
      ${place}
      if (!(${isOpen} && (${isValid}))) records.refuseValue(this.#id, this.#number, ${n}, v${n});
      else ${
      isU64
        ? `setUint64(bits, ${half(n)}, v${n});`
        : `values[${at(n)}] = v${n}${type === "u32" ? " >>> 0" : ""};`
    }
    }`;
  };
  const words = (count: number, first = 0) => Array.from({ length: count }, (_, n) => first + n);
  const copy = `copy(values, bits, base, toValues, toBits, to) {
${words(doubles).map((w) => `      toValues[to + ${w}] = values[base + ${w}];`).join("\n")}
${
    words(2 * (fields.length - doubles), 2 * doubles).map((w) =>
      `      toBits[2 * to + ${w}] = bits[2 * base + ${w}];`
    ).join("\n")
  }
    }`;
  const names = fields.map((_, n) => `v${n}`).join(", ");
  const isObject = `typeof delta === "object" && delta !== null`;
  const read = each((n) => `      const v${n} = delta.${fields[n].name};`);
  const areUndefined = fields.map((_, n) => `v${n} === undefined`).join(" && ");
  const areValid = fields.map((_, n) => `(v${n} === undefined || ${check(n)})`).join(" && ");
  const change = each((n) => `      if (v${n} !== undefined) { ${apply(n)} }`);
  const writer = `#records = null;
    static {
      showRecordWriters(this.prototype, (writer) => writer.#records);
    }
    constructor(records) {
      this.#records = records;
    }
    update(id, delta) {
      const records = this.#records;
      if (!(${isObject})) reject("update " + records.metric, "", "", delta);
      ${read}
      if (${areUndefined}) rejectUnknown("update " + records.metric, fields, delta);
      if (!records.isReady(id)) records.makeReady(id, undefined, ${names});
      records.apply(id, ${names});
      records.publish(id);
    }
    begin(id) {
      const records = this.#records;
      if (!records.isReady(id)) records.prepare(id, "begin");
      return new Burst(records, id, records.openBurst(id));
    }`;
  return `"use strict";
const { addHalves, addUint64, getUint64, harden, isOfUnknown, reject, rejectFirst, rejectUnknown } =
  tools;
const { saturate, setUint64, showBursts, showRecordWriters } = tools;
const COMMITTED = ${COMMITTED};
// Accessors in a class body: those that are defined on a prototype cost JavaScriptCore 3-20 times as much. Fields with values of
// their later kind: else V8 takes them for anything.
class Burst {
    #records = null;
    #id = 0;
    #number = 0;
    static {
      const isOpen = (burst) =>
        burst.#records.values[burst.#id * ${stride} + ${stride - 1}] === burst.#number;
      showBursts(this.prototype, (burst) => burst.#records.metric, isOpen);
    }
    constructor(records, id, number) {
      this.#records = records;
      this.#id = id;
      this.#number = number;
    }
    get id() {
      return this.#id;
    }
    merge(delta) {
      if (!(${isObject})) this.#records.refuseDelta(this.#id, this.#number, delta);
      ${read}
      if (${areUndefined}) this.#records.refuseUnknown(this.#id, this.#number, delta);
      this.#records.mergeBurst(this.#id, this.#number, ${names});
    }
    commit() {
      this.#records.commitBurst(this.#id, this.#number);
      this.#number = COMMITTED;
    }
    discard() {
      this.#records.discardBurst(this.#id, this.#number);
    }
    [Symbol.dispose]() {
      this.#records.discardBurst(this.#id, this.#number);
    }
${each(accessor)}
}
harden(Burst.prototype);
class RecordWriter {
    ${writer}
}
class LabelledRecordWriter {
    ${writer}
    labels(labels) {
      return this.#records.labels(labels);
    }
}
return {
  writer: (records) => new RecordWriter(records),
  labelledWriter: (records) => new LabelledRecordWriter(records),
  ${copy},
  combine(totals, totalBits, values, bits) {
${each((n) => `    ${combine(n)}`)}
  },
  toObject(values, bits, base) {
    return {
${
    each((n) =>
      `      ${fields[n].name}: ${
        fields[n].type === "u64" ? `getUint64(bits, ${half(n)})` : `values[${at(n)}]`
      },`
    )
  }
    };
  },
  withChanges(Base) {
    return class extends Base {
    updateLife(life, delta) {
      if (!(${isObject})) reject("update " + this.metric, "", "", delta);
      ${read}
      if (${areUndefined}) rejectUnknown("update " + this.metric, fields, delta);
      const { id } = life;
      if (!this.isReadyIn(life)) this.makeReady(id, life, ${names});
      this.apply(id, ${names});
      this.publish(id);
    }
    mergeBurst(id, number, ${names}) {
      if (this.values[id * ${stride} + ${stride - 1}] !== number) this.refuseBurst("merge into");
      if (!(${areValid})) this.refuseChange(id, number, [${names}]);
      this.change(id, ${names});
    }
    change(id, ${names}) {
      const { values, bits } = this;
      const base = id * ${stride};
      ${change}
    }
    ${copy}
    // Apart from the methods that call these, as engines inline so much and no more.
    refuseChange(id, number, given) {
      this.discardBurst(id, number);
      rejectFirst("merge into " + this.metric, fields, given);
    }
    refuseDelta(id, number, delta) {
      this.discardBurst(id, number);
      reject("merge into " + this.metric, "", "", delta);
    }
    refuseUnknown(id, number, delta) {
      if (isOfUnknown(fields, delta)) this.discardBurst(id, number);
      rejectUnknown("merge into " + this.metric, fields, delta);
    }
    refuseValue(id, number, n, value) {
      if (number === COMMITTED) return;
      if (this.values[id * ${stride} + ${stride - 1}] !== number) this.refuseBurst("change");
      this.discardBurst(id, number);
      reject("change " + this.metric, fields[n].name, fields[n].type, value);
    }
    makeReady(id, life, ${names}) {
      rejectFirst("update " + this.metric, fields, [${names}]);
      this.prepare(id, "update", life);
    }
    apply(id, ${names}) {
      const { values, bits } = this;
      const base = id * ${stride};
      if (!(${areValid})) rejectFirst("update " + this.metric, fields, [${names}]);
      ${change}
    }
    beginLife(life) {
      const { id } = life;
      if (!this.isReadyIn(life)) this.prepare(id, "begin", life);
      return new Burst(this, id, this.openBurst(id));
    }
    };
  },
};`;
}
