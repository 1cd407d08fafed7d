/**
 * Text that may be shown in a terminal.
 *
 * @module
 */

/** Labels are anybody's: what would move a terminal's cursor or hide text is shown as a sign. */
export function printable(cell: string): string {
  // deno-lint-ignore no-control-regex -- these are what it is about
  return cell.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, "�");
}
