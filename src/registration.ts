/**
 * Registers the calling thread: takes a slot, and makes the thread's writers.
 *
 * @module
 */
import type { Attachment } from "./attachment.ts";
import { cannot, got, StaleThreadError } from "./base/errors.ts";
import { type Registered, thisThread } from "./host/thread_state.ts";
import type { SchemaDefinition } from "./schema/definitions.ts";
import { Thread } from "./thread.ts";
import type { SeatTicket } from "./threads/handle.ts";
import { ENTERED, type RESERVED, type Tenure } from "./threads/control_word.ts";
import { checkThreadName } from "./threads/slot_names.ts";
import { writeLife, writeOwner } from "./threads/slot_owner.ts";
import { ThreadContext } from "./threads/thread_context.ts";

/** A registration of this thread. */
export interface Registration<Metrics extends SchemaDefinition> extends Registered {
  /** The thread as a writer. */
  readonly thread: Thread<Metrics>;
}

/**
 * Registers the calling thread, in the seat of its handle if that has one.
 *
 * @throws {TypeError} When the name is no string, or the seat is taken.
 * @throws {RangeError} When the name is too long, all slots are taken, or the arena is full.
 * @throws {StaleThreadError} When the seat was revoked.
 */
export function register<Metrics extends SchemaDefinition>(
  attachment: Attachment,
  name: string | undefined,
): Registration<Metrics> {
  const { arena, slots, cells, seat } = attachment;
  const tenure = seat === undefined
    ? enterSlot(attachment, name)
    : takeSeat(attachment, seat, name);
  const context = new ThreadContext(arena, slots, cells, tenure);
  try {
    const { slot, control } = tenure;
    return {
      thread: new Thread(context, slots.describe(slot)!.name, attachment),
      isActive: () => slots.activeControl(slot) === control,
      retire: () => void context.retire(),
      noteLife: (life) => writeLife(arena, slots, slot, life),
    };
  } catch (error) {
    context.retire();
    throw error;
  }
}

/** Takes a slot in a way that leaves none behind when the thread is killed meanwhile. */
function enterSlot(attachment: Attachment, name: string | undefined): Tenure {
  const { arena, slots } = attachment;
  for (;;) {
    const tenure = acquireSlot(attachment, name, ENTERED);
    writeOwner(arena, slots, tenure, thisThread());
    // Else this thread was suspended for so long that the slot rests by now.
    if (slots.activate(tenure, ENTERED) === "reserved") return tenure;
  }
}

/** Takes a slot in a state, with a thread block. Any thread. */
export function acquireSlot(
  { slots, cells }: Attachment,
  name: string | undefined,
  state: typeof RESERVED | typeof ENTERED,
): Tenure {
  return slots.acquire(name, { state, prepare: (slot) => cells.ensureBlock(slot) });
}

function takeSeat(
  { arena, slots, cells }: Attachment,
  { slot, control }: SeatTicket,
  name: string | undefined,
): Tenure {
  const action = "register a thread";
  const checked = checkThreadName(action, name);
  // Before the seat is taken: if this throws, the caller can try again.
  cells.ensureBlock(slot);
  const tenure = { slot, control };
  const state = slots.activate(tenure);
  if (state === "reserved") {
    writeOwner(arena, slots, tenure, thisThread());
    if (checked !== undefined) slots.rename(tenure, checked);
    return tenure;
  }
  const required = "the seat must be free";
  if (state === "active") {
    throw new TypeError(cannot(action, required, got("one that is taken")));
  }
  throw new StaleThreadError(cannot(action, required, got(`one that is ${state}`)));
}
