/**
 * Which models there are, and which faults each of them must find.
 *
 * @module
 */

/** How a model is checked. */
export interface Model {
  /** The file in this folder, without `.pml`. */
  readonly file: string;
  /** What it is about, for the table. */
  readonly name: string;
  /** Flags of the preprocessor. */
  readonly flags?: readonly string[];
  /**
   * `safety`: assertions, and no thread that is stuck. `ends`: no run goes on for ever, whatever the schedule. `fair`: the model's
   * formula under weak fairness.
   */
  readonly check: "safety" | "ends" | "fair";
  /** Faults: each is a flag of the preprocessor that breaks the protocol, and must be found. */
  readonly faults?: readonly string[];
}

/** All models. */
export const models: readonly Model[] = [
  {
    file: "record",
    name: "record: no torn read, committed stays",
    check: "safety",
    faults: [
      "PUBLISH_BY_STORE",
      "CONFIRM_BY_LOAD",
      "ONE_MORE_ACCEPTED",
      "ONE_SLOT",
      "READ_BACK_IDLE",
      "NEXT_OWNER_AT_SLOT_0",
      "FROM_NOTHING",
      "ANY_RESCUE",
      "RESCUE_WITHOUT_SEQUENCE",
      "RESCUE_PARITY_LOST",
    ],
  },
  {
    file: "record",
    name: "record: a read ends though the owner never does",
    flags: ["ENDLESS", "READS=1"],
    check: "fair",
    faults: ["NO_RESCUE"],
  },
  {
    file: "record",
    name: "record: a read ends wherever the owner stops",
    flags: ["COMMITS=2", "READS=1"],
    check: "ends",
  },
  {
    file: "counter",
    name: "counter cell against clear and recreation",
    check: "safety",
    faults: ["TAG_FIRST", "UNCHECKED", "FROM_NOTHING", "UNCONFIRMED", "CONFIRMED_BY_LOAD"],
  },
  {
    file: "slots",
    name: "thread slots: fence and quarantine",
    check: "safety",
    faults: [
      "NO_FENCE",
      "NO_QUARANTINE",
      "SAME_GENERATION",
      "TAKEN_BY_STORE",
      "REVOKED_BY_STATE_ALONE",
    ],
  },
  {
    file: "slots",
    name: "thread slots: three tenures in turn",
    flags: ["IN_TURN"],
    check: "safety",
    faults: ["WATCHED_WITHOUT_GENERATION"],
  },
  {
    file: "ids",
    name: "ids: none twice, none lost",
    check: "safety",
    faults: [
      "BEGUN_BY_STORE",
      "FULL_FIRST",
      "GROWN_UNCOUNTED",
      "NO_REPAIR",
      "NO_SECOND_LOOK",
      "NO_SECOND_LOOK_FULL",
    ],
  },
  { file: "ids", name: "ids: every run ends", flags: ["SHORT"], check: "ends" },
  {
    file: "arena",
    name: "arena: bump allocation and publication",
    check: "safety",
    faults: ["GROWN_AFTERWARDS", "PUBLISHED_BY_STORE", "RELEASED_UNSEEN", "TAKEN_BY_STORE"],
  },
  {
    file: "blocks",
    name: "recycled blocks: one holder",
    check: "safety",
    faults: ["NO_TAG", "NEXT_AFTER_PUSH"],
  },
  { file: "blocks", name: "recycled blocks: every run ends", check: "ends" },
  {
    file: "extents",
    name: "lent lines: one holder, and none only if there is none",
    check: "safety",
    faults: [
      "CLAIMED_BY_STORE",
      "COUNTED_AFTERWARDS",
      "FREED_UNCOUNTED",
      "NOT_GIVEN_BACK",
      "TOLD_AT_ONCE",
    ],
  },
  { file: "extents", name: "lent lines: every run ends", check: "ends" },
  {
    file: "labels",
    name: "label log: one bucket for the same labels",
    check: "safety",
    faults: [
      "APPENDED_BY_STORE",
      "END_SEEN_ONCE",
      "FINISHED_WITHOUT_STAMP",
      "LIFE_BEFORE_LABELS",
      "NOT_READ_TO_THE_END",
      "NO_STAMP_CLEARED",
      "UNFINISHED",
    ],
  },
  { file: "labels", name: "label log: a thread is killed", flags: ["KILLED"], check: "safety" },
  { file: "labels", name: "label log: every run ends", flags: ["KILLED"], check: "ends" },
  {
    file: "definitions",
    name: "definition log: one definition, all or none",
    check: "safety",
    faults: [
      "APPENDED_BY_STORE",
      "APPENDED_UNWRITTEN",
      "COMPARED_ONCE",
      "COUNTED_ONCE",
      "GIVEN_BACK",
      "KEPT_AS_IT_IS",
      "NAMES_UNCLAIMED",
      "NOT_GIVEN_BACK",
      "NOT_READ_TO_THE_END",
      "NOT_ZEROED",
      "ONE_ENTRY_EACH",
    ],
  },
  {
    file: "definitions",
    name: "definition log: three definers",
    flags: ["THREE"],
    check: "safety",
  },
  {
    file: "definitions",
    name: "definition log: a thread is killed",
    flags: ["KILLED"],
    check: "safety",
  },
  {
    file: "definitions",
    name: "definition log: every run ends",
    flags: ["KILLED", "WITHOUT_READER"],
    check: "ends",
    faults: ["LOCKED"],
  },
  {
    file: "uses",
    name: "first uses: a snapshot misses no cell",
    check: "safety",
    faults: ["COUNTED_AFTERWARDS", "COUNTED_FIRST", "NUMBER_ALONE", "PUBLISHED_FIRST"],
  },
  {
    file: "files",
    name: "files: whole, one, not replaced in use",
    check: "safety",
    faults: [
      "IN_USE_SEEN_ONCE",
      "LINKED_UNWRITTEN",
      "LINKED_WITHOUT_ENTRY",
      "LOCKS_STAY",
      "NO_SETUP_LOCK",
      "PATH_UNCHECKED",
      "RENAMED_NOT_LINKED",
      "RESET_WITHOUT_LOCK",
      "SET_ASIDE_UNCHECKED",
    ],
  },
  {
    file: "files",
    name: "files: one is replaced because of its schema",
    flags: ["SCHEMAS"],
    check: "safety",
    faults: ["CONFLICT_WITHOUT_LOCK"],
  },
  {
    file: "files",
    name: "files: every process opens at last",
    flags: ["CONTINUE"],
    check: "fair",
    faults: ["LOCKS_STAY"],
  },
  {
    file: "processes",
    name: "processes: slots of all dead, of none alive",
    check: "safety",
    faults: [
      "LEFT_AS_IT_IS",
      "LOCKS_STAY",
      "LOCK_ASKED_FIRST",
      "LOCK_GIVEN_UP",
      "NUMBERS_AGAIN",
      "NUMBER_AFTERWARDS",
      "NUMBER_FIRST",
      "OWNER_UNCONFIRMED",
      "PUBLISHED_BY_STORES",
      "PUBLISHED_UNCHECKED",
      "RESERVED_AT_ONCE",
      "RESERVED_BY_STORE",
      "SEAT_OWNER_ANEW",
    ],
  },
  {
    file: "processes",
    name: "processes: every run ends",
    flags: ["PROCESSES=2"],
    check: "ends",
  },
  {
    file: "growth",
    name: "a growing file: nobody is behind its end",
    check: "safety",
    faults: ["BELIEVED_WHOLE", "GROWN_AFTERWARDS", "SET_TO_A_LENGTH", "WRITTEN_AT_THE_SIZE_SEEN"],
  },
  { file: "growth", name: "a growing file: every run ends", check: "ends" },
];
