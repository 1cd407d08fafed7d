/**
 * Registers the calling thread: takes a slot, and makes the thread's writers.
 *
 * @module
 */
import type { Attachment } from "./attachment.ts";
import { cannot, got, StaleThreadError } from "./base/errors.ts";
import { processIn, type Registered, thisThread } from "./host/thread_state.ts";
import type { SchemaDefinition } from "./schema/definitions.ts";
import { Thread } from "./thread.ts";
import type { SeatTicket } from "./threads/handle.ts";
import { ENTERED, type Tenure } from "./threads/control_word.ts";
import { givenName } from "./host/host.ts";
import { checkThreadName, shortenName } from "./threads/slot_names.ts";
import { completeOwner, writeLife, writeOwner } from "./threads/slot_owner.ts";
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
    const tenure = acquireSlot(attachment, name === undefined ? shortenName(givenName()) : name);
    writeOwner(arena, slots, tenure, thisThread(attachment.handle));
    // Else this thread was suspended for so long that the slot rests by now.
    if (slots.activate(tenure, ENTERED) === "reserved") return tenure;
  }
}

/**
 * Reserves a slot for another thread, in a way that leaves none behind when the process is killed
 * meanwhile. Any thread.
 */
export function reserveSlot(attachment: Attachment, name: string | undefined): Tenure {
  const { arena, slots } = attachment;
  for (;;) {
    const tenure = acquireSlot(attachment, name, "reserve a thread");
    // Only the end of the process is a sign that nobody will take the seat.
    const nobody = { thread: NO_THREAD, life: 0n, ancestors: [] };
    writeOwner(arena, slots, tenure, { ...nobody, process: processIn(attachment.handle) });
    if (slots.reserve(tenure)) return tenure;
  }
}

/** In place of `threadId`: no thread of the process. */
const NO_THREAD = -1;

/** Enters a slot, with a thread block. Any thread. */
function acquireSlot(
  { slots, cells }: Attachment,
  name: string | undefined,
  action = "register a thread",
): Tenure {
  const prepare = (slot: number) => void cells.ensureBlock(slot);
  return slots.acquire(name, { state: ENTERED, prepare, action });
}

function takeSeat(
  { handle, arena, slots, cells }: Attachment,
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
    // Not anew: while it is written, nobody finds the slot if the process is killed.
    completeOwner(arena, slots, tenure, thisThread(handle));
    if (checked !== undefined) slots.rename(tenure, checked);
    return tenure;
  }
  const required = "the seat must be free";
  if (state === "active") {
    throw new TypeError(cannot(action, required, got("one that is taken")));
  }
  throw new StaleThreadError(cannot(action, required, got(`one that is ${state}`)));
}
