/**
 * The source text of the methods of a compiled kernel that take a change: they read its fields,
 * check the values, and hand them to the record. The text has two forms, because the engines
 * inline by different rules, and a caller that does not inline a method makes an object of each
 * change.
 *
 * - V8: each method does all of it. Split as below an update by id takes 18 % longer (Deno 2.9),
 *   though V8 inlines all parts.
 * - JavaScriptCore: a chain of short functions. It inlines a function in its callers
 *   - if the function has at most 170 bytes of bytecode;
 *   - otherwise if it was optimized before its caller, and has at most 89 nodes then, with all that
 *     it inlines itself.
 *
 *   One long method is inlined by the second rule, or not at all, depending on what was optimized
 *   first: a bound update then takes 6 or 17-25 ns (Bun 1.4). Each function of the chain that gets
 *   the change is short enough for the first rule up to six fields. `commit` of the record meets
 *   the second one up to five fields; with more it is called.
 *
 * In a program with all kinds of metrics the chain makes a bound update of four fields take 5.7 ns
 * in place of 17, and one by id 9.4 in place of 20 (Bun 1.4). `hot_methods_test.ts` holds the
 * sizes, and what callers inline.
 *
 * @module
 */
import { isV8 } from "../../base/engine.ts";
import { type FieldPlace, identityOf } from "./record_layout.ts";

/** Whether this engine gets the chain of short functions. */
export const SPLIT = !isV8;

/** Parts of the text of methods that take a change. */
function changeSource(fields: readonly FieldPlace[]) {
  const names = fields.map((_, n) => `v${n}`);
  const parameters = fields.map(({ name, op }, n) => `${name}: v${n} = ${identityOf(op)}`);
  const isGood = fields.map(({ op, type }, n) => {
    const isNumber = `typeof v${n} === "number" && `;
    if (type !== "f64") return `${isNumber}v${n} >>> 0 === v${n}`;
    return isNumber + (op === "sum" ? `v${n} - v${n} === 0` : `v${n} === v${n}`);
  });
  const isChange = fields.map(({ op }, n) => `v${n} !== ${identityOf(op)}`);
  return {
    /** The names of the values. */
    names: names.join(", "),
    /**
     * Reads each field once. `var`, because a `const` takes another instruction of bytecode in
     * JavaScriptCore.
     */
    read: `var { ${parameters.join(", ")} } = delta ?? 0;`,
    /**
     * Whether the hot methods take the values. May be `false` although they would: for a change of
     * nothing, which is refused if it has unknown fields.
     */
    isGood: `typeof delta === "object" && ${isGood.join(" && ")} && (${isChange.join(" || ")})`,
  };
}

/** The bodies of the hot methods, and the functions that they call. */
export interface HotChanges {
  readonly functions: string;
  /** Of the writer of all records; the parameters are `id` and `delta`. */
  readonly update: string;
  /** Of the writer of one record. */
  readonly boundUpdate: string;
  /** Of bursts. */
  readonly merge: string;
}

/** The hot methods. `isSplit` makes a chain of short functions of each. */
export function hotChanges(fields: readonly FieldPlace[], isSplit: boolean): HotChanges {
  const { names, read, isGood } = changeSource(fields);
  if (!isSplit) {
    return {
      functions: "",
      update: `${read}
      var record;
      if (!(typeof id === "number" && ${isGood})) {
        changeOddly(this.#records, id, delta, ${names});
      } else if ((record = this.#publishers[id]) === undefined || !record.commit(${names})) {
        changeSlowly(this.#records, id, ${names});
      }`,
      boundUpdate: `${read}
      var record = this.#record;
      if (!(${isGood})) changeOddly(this.#life, 0, delta, ${names});
      else if (record.epoch !== this.#life.epoch || !record.commit(${names})) {
        changeSlowly(this.#life, 0, ${names});
      }`,
      merge: `${read}
      var record = this.#record;
      if (${isGood}) record.mergeBurst(this.#number, ${names});
      else record.mergeSlowly(this.#number, delta, [${names}]);`,
    };
  }
  return {
    functions: `function accepts(owner, id, delta, ${names}) {
  if (typeof id === "number" && ${isGood}) return true;
  changeOddly(owner, id, delta, ${names});
  return false;
}
function mergeById(records, id, delta, ${names}) {
  var record;
  if (accepts(records, id, delta, ${names}) &&
    ((record = records.publishers[id]) == null || !record.commit(${names}))) {
    changeSlowly(records, id, ${names});
  }
}
function mergeInLife(life, delta, ${names}) {
  var record = life.record;
  if (accepts(life, 0, delta, ${names}) &&
    (record.epoch !== life.epoch || !record.commit(${names}))) changeSlowly(life, 0, ${names});
}
function mergeInBurst(burst, delta, ${names}) {
  if (accepts(burst, 0, delta, ${names})) recordOf(burst).mergeBurst(numberOf(burst), ${names});
}`,
    update: `${read}
      mergeById(this.#records, id, delta, ${names});`,
    boundUpdate: `${read}
      mergeInLife(this.#life, delta, ${names});`,
    merge: `${read}
      mergeInBurst(this, delta, ${names});`,
  };
}

/**
 * The functions for changes that the hot methods do not take: `changeOddly` for values that must
 * be checked again, `changeSlowly` for good values if the record may have to be prepared first.
 * `owner` has the records: the records themselves, a life of one, or a burst.
 *
 * They are `let`: JavaScriptCore takes a `const` for known, but leaves optimized code before it
 * reads a variable that it has never read. So while all changes of a program are good, nothing
 * keeps a change alive after its fields were read, and the engine makes no object of it: 5.7 ns for
 * a bound update in place of 10.4, 3.7 in place of 9.7 for a change in a burst (Bun 1.4).
 * `changeSlowly`, which every program calls, is not given the change.
 */
export function coldChanges(fields: readonly FieldPlace[]): string {
  const { names } = changeSource(fields);
  return `let isBurst, recordOf, numberOf;
const lifeOf = (owner) => Object.hasOwn(owner, "series") ? owner : undefined;
let changeOddly, changeSlowly;
changeOddly = (owner, id, delta, ${names}) => {
  const values = [${names}];
  if (isBurst(owner)) return recordOf(owner).mergeSlowly(numberOf(owner), delta, values);
  const life = lifeOf(owner);
  if (life === undefined) owner.updateOddly(id, undefined, delta, values);
  else life.records.updateOddly(life.id, life, delta, values);
};
changeSlowly = (owner, id, ${names}) => {
  const life = lifeOf(owner);
  if (life === undefined) owner.updateSlowly(id, undefined, [${names}]);
  else life.records.updateSlowly(life.id, life, [${names}]);
};`;
}
