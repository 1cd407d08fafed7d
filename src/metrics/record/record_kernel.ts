/**
 * The inner loops of records, for one list of fields: made as source text and compiled when the program may do that
 * (`new Function`), interpreted field by field when it may not (a content security policy).
 *
 * Why: a loop over field names makes every property access megamorphic. In one run on a busy x86-64 machine, `update()` of four doubles took,
 * compiled and interpreted: Deno 2.9 41 and 230 ns, Node 24 50 and 233 ns. Names were checked to be identifiers when the schema was defined.
 *
 * @module
 */
import { describe, shorten } from "../../base/describe.ts";
import { cannot, got } from "../../base/errors.ts";
import { saturate } from "../../base/saturate.ts";
import type { FieldPlace, RecordLayout } from "./record_layout.ts";
import { addHalves, addUint64, getUint64, setUint64 } from "./uint64.ts";

/** The private values of a thread's records. */
export interface RecordValues {
  /** The values. */
  readonly values: Float64Array;
  /** The same as 32-bit halves. */
  readonly bits: Uint32Array;
}

/** What an update needs of the records that it changes: the buckets of one metric in one thread. */
export interface UpdateHost extends RecordValues {
  /** Whether a bucket can be changed right now. */
  isReady(id: number): boolean;
  /** Whether it can be changed right now, in the given life. */
  isReadyIn(life: BucketLife): boolean;
  /** Makes it so, or throws. */
  prepare(id: number, verb: string, life?: BucketLife): void;
  /** Publishes the values of a bucket. */
  publish(id: number): void;
}

/** A life of a bucket. */
export interface BucketLife {
  /** The bucket. */
  readonly id: number;
}

/** A change or a value of unknown fields. */
export type AnyFields = Record<string, number | bigint | undefined>;

/** The inner loops. */
export interface RecordKernel {
  /** Copies the fields' words one by one: bulk copies may tear in shared memory. */
  copy(
    values: Float64Array,
    bits: Uint32Array,
    base: number,
    toValues: Float64Array,
    toBits: Uint32Array,
    to: number,
  ): void;
  /** Merges the values at word 0 of `bits` and `values` into the totals. */
  combine(
    totals: Float64Array,
    totalBits: Uint32Array,
    values: Float64Array,
    bits: Uint32Array,
  ): void;
  /** The values as an object. */
  toObject(values: Float64Array, bits: Uint32Array, base: number): AnyFields;
  /**
   * Makes a subclass with the methods `update(id, delta)` and `updateLife(life, delta)`: merge a change into the values of a
   * bucket and publish them. They read the change before they look at anything else, as a getter may do whatever it
   * likes, and check all fields before they change one.
   */
  withUpdates<Base extends UpdateHostClass>(Base: Base): Base;
  /** Makes a subclass whose properties read and write the fields, with a method `merge(delta)`. */
  withFields<Base extends FieldHolderClass>(Base: Base): Base;
}

/** What the accessors of the fields need of the object that has them: a burst. */
export interface FieldHolder {
  /** Whether the fields can be read and changed. */
  readonly $isOpen: boolean;
  /** The values. */
  readonly $values: Float64Array;
  /** The same as 32-bit halves. */
  readonly $bits: Uint32Array;
  /** The first word of the record. */
  readonly $base: number;
  /** Throws because the burst is over. */
  $refuse(verb: string): never;
}

/** A class to which fields can be added. */
// deno-lint-ignore no-explicit-any -- TypeScript asks for `any[]` in the constructor of a mixin's base
export type FieldHolderClass = new (...args: any[]) => FieldHolder;

/** A class to which updates can be added. */
// deno-lint-ignore no-explicit-any -- the same
export type UpdateHostClass = new (...args: any[]) => UpdateHost;

/** What the compiled text calls. */
const TOOLS = {
  addHalves,
  addUint64,
  getUint64,
  reject,
  rejectFirst,
  rejectUnknown,
  saturate,
  setUint64,
};

/** Makes the inner loops for a list of fields. */
export function makeKernel(name: string, layout: RecordLayout): RecordKernel {
  try {
    return new Function("tools", "metric", "fields", kernelSource(layout))(
      TOOLS,
      name,
      layout.fields,
    ) as RecordKernel;
  } catch {
    return interpretKernel(name, layout);
  }
}

/** The text of the kernel's functions. */
function kernelSource({ fields, doubles }: RecordLayout): string {
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
    const { name, type, word } = fields[n];
    const index = `this.$base + ${word}`;
    const isU64 = type === "u64";
    return `get ${name}() {
      if (!this.$isOpen) this.$refuse("read");
      return ${isU64 ? `getUint64(this.$bits, 2 * (${index}))` : `this.$values[${index}]`};
    }
    set ${name}(v${n}) {
      if (!this.$isOpen) this.$refuse("change");
      if (!(${type === "f64" ? `typeof v${n} === "number" && v${n} === v${n}` : check(n)})) {
        rejectField(${n}, v${n});
      }
      ${
      isU64
        ? `setUint64(this.$bits, 2 * (${index}), v${n});`
        : `this.$values[${index}] = v${n}${type === "u32" ? " >>> 0" : ""};`
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
  const areUndefined = fields.map((_, n) => `v${n} === undefined`).join(" && ");
  const read = (action: string) =>
    `if (typeof delta !== "object" || delta === null) reject(${action}, "", "", delta);
${each((n) => `      const v${n} = delta.${fields[n].name};`)}
      if (${areUndefined}) rejectUnknown(${action}, fields, delta);`;
  const areValid = fields.map((_, n) => `(v${n} === undefined || ${check(n)})`).join(" && ");
  const change = (action: string) =>
    `if (!(${areValid})) rejectFirst(${action}, fields, [${names}]);
${each((n) => `      if (v${n} !== undefined) { ${apply(n)} }`)}`;
  return `"use strict";
const { addHalves, addUint64, getUint64, reject, rejectFirst, rejectUnknown, saturate, setUint64 } =
  tools;
const UPDATE = "update " + metric, MERGE = "merge into " + metric;
const rejectField = (n, value) => reject("change " + metric, fields[n].name, fields[n].type, value);
return {
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
  withUpdates(Base) {
    return class extends Base {
    update(id, delta) {
      ${read("UPDATE")}
      if (!this.isReady(id)) this.prepare(id, "update");
      this.apply(id, ${names});
      this.publish(id);
    }
    updateLife(life, delta) {
      ${read("UPDATE")}
      const { id } = life;
      if (!this.isReadyIn(life)) this.prepare(id, "update", life);
      this.apply(id, ${names});
      this.publish(id);
    }
    ${copy}
    apply(id, ${names}) {
      const { values, bits } = this;
      const base = id * ${fields.length};
      ${change("UPDATE")}
    }
    };
  },
  withFields(Base) {
    // Accessors in a class body: those that are defined on a prototype cost JavaScriptCore 3-20 times as much.
    return class extends Base {
    merge(delta) {
      ${read("MERGE")}
      if (!this.$isOpen) this.$refuse("merge into");
      this.$apply(${names});
    }
    $apply(${names}) {
      const { $values: values, $bits: bits, $base: base } = this;
      ${change("MERGE")}
    }
${each(accessor)}
    };
  },
};`;
}

/** The same without a compiler. */
export function interpretKernel(metric: string, { fields, doubles }: RecordLayout): RecordKernel {
  const read = (verb: string, delta: AnyFields): unknown[] => {
    const action = `${verb} ${metric}`;
    if (typeof delta !== "object" || delta === null) reject(action, "", "", delta);
    // One look at each field, as a getter may give another value the next time.
    const given = fields.map(({ name }) => delta[name]);
    if (given.every((value) => value === undefined)) rejectUnknown(action, fields, delta);
    return given;
  };
  const change = (
    verb: string,
    { values, bits }: RecordValues,
    base: number,
    given: unknown[],
  ) => {
    rejectFirst(`${verb} ${metric}`, fields, given);
    for (const [n, { op, type, word }] of fields.entries()) {
      const value = given[n];
      if (value === undefined) continue;
      if (type === "u64") addUint64(bits, 2 * (base + word), value as number | bigint);
      else values[base + word] = mergeNumber(op, values[base + word], value as number);
    }
  };
  return {
    copy(values, bits, base, toValues, toBits, to) {
      for (let w = 0; w < doubles; w++) toValues[to + w] = values[base + w];
      for (let w = 2 * doubles; w < 2 * fields.length; w++) toBits[2 * to + w] = bits[2 * base + w];
    },
    combine(totals, totalBits, values, bits) {
      for (const { op, type, word } of fields) {
        if (type === "u64") addHalves(totalBits, 2 * word, bits[2 * word], bits[2 * word + 1]);
        else if (op === "sum") totals[word] = saturate(totals[word] + saturate(values[word]));
        else totals[word] = mergeNumber(op, totals[word], values[word]);
      }
    },
    toObject(values, bits, base) {
      const object: AnyFields = {};
      for (const { name, type, word } of fields) {
        object[name] = type === "u64" ? getUint64(bits, 2 * (base + word)) : values[base + word];
      }
      return object;
    },
    withUpdates(Base) {
      return class extends Base {
        update(id: number, delta: AnyFields): void {
          const given = read("update", delta);
          if (!this.isReady(id)) this.prepare(id, "update");
          change("update", this, id * fields.length, given);
          this.publish(id);
        }

        updateLife(life: BucketLife, delta: AnyFields): void {
          const given = read("update", delta);
          if (!this.isReadyIn(life)) this.prepare(life.id, "update", life);
          change("update", this, life.id * fields.length, given);
          this.publish(life.id);
        }
      };
    },
    withFields(Base) {
      const FieldsClass = class extends Base {
        merge(delta: AnyFields): void {
          const given = read("merge into", delta);
          if (!this.$isOpen) this.$refuse("merge into");
          change("merge into", { values: this.$values, bits: this.$bits }, this.$base, given);
        }
      };
      for (const field of fields) {
        Object.defineProperty(FieldsClass.prototype, field.name, accessorOf(metric, field));
      }
      return FieldsClass;
    },
  };
}

function accessorOf(
  metric: string,
  { name, type, word }: FieldPlace,
): PropertyDescriptor & ThisType<FieldHolder> {
  return {
    get() {
      if (!this.$isOpen) this.$refuse("read");
      const index = this.$base + word;
      return type === "u64" ? getUint64(this.$bits, 2 * index) : this.$values[index];
    },
    set(value: number | bigint) {
      if (!this.$isOpen) this.$refuse("change");
      // Any number but NaN may be assigned to a double, whatever its op.
      if (!isValid("max", type, value)) reject(`change ${metric}`, name, type, value);
      const index = this.$base + word;
      if (type === "u64") setUint64(this.$bits, 2 * index, value);
      else this.$values[index] = type === "u32" ? (value as number) >>> 0 : value as number;
    },
  };
}

function mergeNumber(op: string, old: number, value: number): number {
  if (op === "sum") return old + value;
  if (op === "bitOr") return (old | value) >>> 0;
  return (op === "min" ? value < old : value > old) ? value : old;
}

/** Whether a value can be merged into a field. */
function isValid(op: string, type: string, value: unknown): boolean {
  if (type === "u64") return typeof value === "bigint" || Number.isSafeInteger(value);
  if (typeof value !== "number") return false;
  if (type === "u32") return (value | 0) === value || value >>> 0 === value;
  return op === "sum" ? Number.isFinite(value) : !Number.isNaN(value);
}

/** Throws what is wrong with the first value that is not valid. */
function rejectFirst(
  action: string,
  fields: readonly FieldPlace[],
  given: readonly unknown[],
): void {
  for (const [n, { name, op, type }] of fields.entries()) {
    const value = given[n];
    if (value !== undefined && !isValid(op, type, value)) reject(action, name, type, value);
  }
}

/**
 * Throws when a change without values is one of other fields, or nothing that has fields: it would
 * be counted as a change of none. One that has no properties at all changes nothing, as does one
 * whose fields are `undefined`.
 */
function rejectUnknown(action: string, fields: readonly FieldPlace[], delta: object): void {
  if (fields.some(({ name }) => name in delta)) return;
  const prototype: unknown = Object.getPrototypeOf(delta);
  // That of plain objects, in whichever realm, inherits from nothing.
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null;
  const first = isPlain ? Object.keys(delta)[0] : undefined;
  if (isPlain && first === undefined) return;
  const names = fields.map(({ name }) => name).join(", ");
  const given = first === undefined ? delta : got(`the unknown field ${describe(shorten(first))}`);
  throw new TypeError(cannot(action, `the fields are ${names}`, given));
}

/** Throws what is wrong with a value. */
function reject(action: string, field: string, type: string, value: unknown): never {
  if (field === "") throw new TypeError(cannot(action, "the change must be an object", value));
  if (type === "u64") {
    const text = cannot(action, `${field} must be a bigint or a safe integer`, value);
    throw typeof value === "number" ? new RangeError(text) : new TypeError(text);
  }
  if (typeof value !== "number") {
    throw new TypeError(cannot(action, `${field} must be a number`, value));
  }
  throw new RangeError(
    cannot(
      action,
      type === "u32"
        ? `${field} must be an integer of 32 bits`
        : `${field} must be a finite number`,
      value,
    ),
  );
}
