import { formatIpv4, formatIpv6 } from "../../../examples/flows/packet/address.ts";
import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { hex } from "./frame_builder.ts";

const text6 = (digits: string) => formatIpv6(new DataView(hex(digits).buffer as ArrayBuffer), 0);

describe("formatIpv4()", () => {
  it("formatIpv4() writes dotted decimal", () => {
    assertEquals(
      formatIpv4(new DataView(hex("ff c0a80001").buffer as ArrayBuffer), 1),
      "192.168.0.1",
    );
  });
});

describe("formatIpv6()", () => {
  it("formatIpv6() shortens the whole address", () => {
    assertEquals(text6("00000000 00000000 00000000 00000000"), "::");
    assertEquals(text6("00000000 00000000 00000000 00000001"), "::1");
    assertEquals(text6("fe800000 00000000 00000000 00000000"), "fe80::");
  });

  it("formatIpv6() drops leading zeros and writes lower case", () => {
    assertEquals(text6("20010DB8 00A00B00 CDEF0001 00020003"), "2001:db8:a0:b00:cdef:1:2:3");
  });

  it("formatIpv6() shortens the longest run", () => {
    assertEquals(text6("20010db8 00000000 00010000 00000000"), "2001:db8:0:0:1::");
    assertEquals(text6("20010000 00000001 00000000 00000001"), "2001:0:0:1::1");
  });

  it("formatIpv6() shortens the first of two equal runs", () => {
    assertEquals(text6("20010db8 00000000 00010000 00000001"), "2001:db8::1:0:0:1");
  });

  it("formatIpv6() does not shorten a single zero group", () => {
    assertEquals(text6("20010db8 00000001 00010001 00010001"), "2001:db8:0:1:1:1:1:1");
    assertEquals(text6("00000001 00020003 00040005 00060007"), "0:1:2:3:4:5:6:7");
  });

  it("formatIpv6() keeps the IPv4 notation of compatible addresses, but not of small numbers", () => {
    assertEquals(text6("00000000 00000000 00000000 c0a80001"), "::192.168.0.1");
    assertEquals(text6("00000000 00000000 00000000 00010000"), "::0.1.0.0");
    assertEquals(text6("00000000 00000000 00000000 ffffffff"), "::255.255.255.255");
    assertEquals(text6("00000000 00000000 00000000 0000ffff"), "::ffff");
    assertEquals(text6("00000000 00000000 00000000 00000002"), "::2");
    assertEquals(text6("00000000 00000000 00000001 c0a80001"), "::1:c0a8:1");
    assertEquals(text6("00000000 00000000 00010000 c0a80001"), "::1:0:c0a8:1");
  });

  it("formatIpv6() knows no other addresses with an IPv4 address in them", () => {
    assertEquals(text6("0064ff9b 00000000 00000000 01020304"), "64:ff9b::102:304");
    assertEquals(text6("00000000 00000000 ffff0000 01020304"), "::ffff:0:102:304");
    assertEquals(text6("fe800000 00000000 00005efe 01020304"), "fe80::5efe:102:304");
    assertEquals(text6("20020102 03040000 00000000 00000000"), "2002:102:304::");
  });

  it("formatIpv6() keeps the IPv4 notation of mapped addresses", () => {
    assertEquals(text6("00000000 00000000 0000ffff 00000000"), "::ffff:0.0.0.0");
    assertEquals(text6("00000000 00000000 0000ffff c0a80001"), "::ffff:192.168.0.1");
    assertEquals(text6("00000000 00000000 0000fffe c0a80001"), "::fffe:c0a8:1");
  });
});
