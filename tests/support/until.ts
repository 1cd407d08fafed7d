import { assertLess } from "@std/assert";

/** Waits until a condition holds, for a limited time. */
export async function until(
  isSo: () => boolean | Promise<boolean>,
  message = "it must come true at some time",
): Promise<void> {
  const end = performance.now() + 20_000;
  while (!await isSo()) {
    assertLess(performance.now(), end, message);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
