import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { runtime } from "../stress/scale.ts";

const root = new URL("../../", import.meta.url);

/** A part of what `deno doc --json` prints: a symbol, one of its declarations, or a member. */
interface Documented {
  readonly name: string;
  readonly kind?: string;
  readonly declarations?: readonly Documented[];
  readonly jsDoc?: { readonly doc?: string };
  readonly accessibility?: string;
  readonly tsType?: { readonly repr?: string };
  // deno-lint-ignore no-explicit-any -- as many shapes as there are declarations
  readonly def?: any;
}

function symbols(): readonly Documented[] {
  const { exports } = JSON.parse(readFileSync(new URL("deno.json", root), "utf8"));
  const command = ["doc", "--json", ...Object.values<string>(exports)];
  const options = { cwd: fileURLToPath(root), encoding: "utf8", maxBuffer: 1e9 } as const;
  const stdio = ["ignore", "pipe", "ignore"] as const;
  const output = execFileSync(process.execPath, command, { ...options, stdio: [...stdio] });
  const { nodes } = JSON.parse(output) as { nodes: Record<string, { symbols: Documented[] }> };
  return Object.values(nodes).flatMap(({ symbols }) => symbols);
}

/** The properties of the object types in a type, but not of those that only decide a condition. */
function properties(type: unknown): readonly Documented[] {
  if (typeof type !== "object" || type === null) return [];
  const { kind, value } = type as { kind?: string; value?: { properties?: Documented[] } };
  if (kind === "conditional") return [];
  if (kind === "typeLiteral") return value?.properties ?? [];
  return Object.values(type).flatMap(properties);
}

/** The members of a declaration that users see. */
function membersOf({ kind, def }: Documented): readonly Documented[] {
  const members: readonly Documented[] = kind === "typeAlias"
    ? properties(def.tsType)
    : ["properties", "methods", "constructors"].flatMap((part) => def?.[part] ?? []);
  return members.filter(({ accessibility, tsType }) =>
    // What must not be given has nothing to say.
    accessibility !== "private" && tsType?.repr !== "undefined"
  );
}

// What the documentation is does not depend on the runtime, and Deno reads it.
describe("the reference", { ignore: runtime !== "deno" }, () => {
  it("says something of each symbol and of each property and method that users see", () => {
    /** Whether a name has a text; an overloaded one needs one text. */
    const documented = new Map<string, boolean>();
    const note = (name: string, { jsDoc }: Documented) =>
      documented.set(name, documented.get(name) === true || Boolean(jsDoc?.doc));
    for (const { name, declarations = [] } of symbols()) {
      for (const declaration of declarations) {
        // A symbol of two entry points is a reference in the second.
        if (declaration.kind === "reference") continue;
        note(name, declaration);
        for (const member of membersOf(declaration)) note(`${name}.${member.name}`, member);
      }
    }
    assert(documented.size > 700, `${documented.size} names`);
    assertEquals([...documented].filter(([, has]) => !has).map(([name]) => name), []);
  });
});
