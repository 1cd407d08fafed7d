import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { ByteWriter } from "../../src/prometheus/byte_writer.ts";

const textOf = (writer: ByteWriter) => new TextDecoder().decode(writer.take());

describe("ByteWriter", () => {
  it("text() and quoted() write any text in UTF-8, beyond any capacity", () => {
    const words = ["", "plain", "ünï", "日本", "😀", "a\0b", "\ud800", "x".repeat(1000)];
    for (const capacity of [1, 7, 4096]) {
      const writer = new ByteWriter(capacity);
      for (const word of words) {
        writer.text(word);
        writer.quoted(word);
      }
      const expected = words.map((word) => word + word).join("").replaceAll("\ud800", "\ufffd");
      assertEquals(writer.length, new TextEncoder().encode(expected).length);
      assertEquals(textOf(writer), expected);
      assertEquals(writer.length, 0);
    }
  });

  it("quoted() escapes backslash, quotation mark and line feed, and nothing else", () => {
    const writer = new ByteWriter(1);
    writer.quoted('\\ " \n \r \t ü"');
    assertEquals(textOf(writer), '\\\\ \\" \\n \r \t ü\\"');
  });

  it("append() copies another writer, which keeps its content; clear() empties", () => {
    const [writer, other] = [new ByteWriter(2), new ByteWriter(2)];
    other.text("label");
    writer.text("a ");
    writer.append(other);
    writer.append(other);
    assertEquals(textOf(writer), "a labellabel");
    other.clear();
    writer.append(other);
    assertEquals([writer.length, other.length], [0, 0]);
  });

  it("take() returns bytes that later writes do not change", () => {
    const writer = new ByteWriter(8);
    writer.text("first");
    const first = writer.take();
    writer.text("other");
    assertEquals(new TextDecoder().decode(first), "first");
  });
});
