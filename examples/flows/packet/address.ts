/** The four bytes at `at` in dotted decimal. */
export function formatIpv4(view: DataView, at: number): string {
  return `${view.getUint8(at)}.${view.getUint8(at + 1)}.${view.getUint8(at + 2)}.${
    view.getUint8(at + 3)
  }`;
}

/**
 * The sixteen bytes at `at` as RFC 5952 wants them: lower case, no leading
 * zeros, the longest run of two or more zero groups (the first of equals) as
 * `::`, and the IPv4 notation in IPv4-mapped (`::ffff:0:0/96`) and
 * IPv4-compatible (`::/96`) addresses. An address of the latter whose seventh
 * group is 0 too, such as `::1`, is no IPv4 address: those of `0.0.0.0/16` have
 * never been anyone's.
 */
export function formatIpv6(view: DataView, at: number): string {
  let runStart = -1;
  let runLength = 1;
  for (let group = 0; group < 8;) {
    let length = 0;
    while (group + length < 8 && view.getUint16(at + 2 * (group + length)) === 0) length++;
    if (length > runLength) {
      runStart = group;
      runLength = length;
    }
    group += length + 1;
  }
  const mapped = runStart === 0 && runLength === 5 && view.getUint16(at + 10) === 0xffff;
  if (mapped) return `::ffff:${formatIpv4(view, at + 12)}`;
  if (runStart === 0 && runLength === 6) return `::${formatIpv4(view, at + 12)}`;
  if (runStart < 0) return groups(view, at, 0, 8);
  return `${groups(view, at, 0, runStart)}::${groups(view, at, runStart + runLength, 8)}`;
}

function groups(view: DataView, at: number, from: number, to: number): string {
  let text = "";
  for (let group = from; group < to; group++) {
    if (group > from) text += ":";
    text += view.getUint16(at + 2 * group).toString(16);
  }
  return text;
}
