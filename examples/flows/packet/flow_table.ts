import type { Packet } from "./packet.ts";

/**
 * Words of a key: the ports, the version with the protocol, and the first words
 * of source and destination; for IPv6 the other three words of each.
 */
const KEY_WORDS = 10;
const KEY_WORDS_IPV4 = 4;

/**
 * A private map from the binary 5-tuple of a packet to a number, so that a
 * worker makes the text of addresses once per flow and not once per packet.
 *
 * An open-addressing hash table: `#slots` holds entry + 1, or 0 where it is
 * free, and is at most half full; the keys of the entries stand in one array.
 */
export class FlowTable {
  /** Length is a power of two. */
  #slots: Int32Array = new Int32Array(2048);
  #keys: Int32Array = new Int32Array(1024 * KEY_WORDS);
  #values: Float64Array = new Float64Array(1024);
  #size = 0;
  /** The entry found last: packets of one flow come in runs. */
  #last = -1;
  readonly #key: Int32Array = new Int32Array(KEY_WORDS);

  /** Distinct flows in the table. */
  get size(): number {
    return this.#size;
  }

  /** The value of the packet's flow, or -1 if it is new; {@linkcode add} follows then. */
  find(view: DataView, packet: Packet): number {
    const key = this.#key;
    const source = packet.source;
    const destination = packet.destination;
    key[0] = (packet.sourcePort << 16) | packet.destinationPort;
    key[1] = (packet.version << 8) | packet.protocol;
    key[2] = view.getInt32(source);
    key[3] = view.getInt32(destination);
    if (packet.version === 6) {
      key[4] = view.getInt32(source + 4);
      key[5] = view.getInt32(source + 8);
      key[6] = view.getInt32(source + 12);
      key[7] = view.getInt32(destination + 4);
      key[8] = view.getInt32(destination + 8);
      key[9] = view.getInt32(destination + 12);
    }
    if (this.#last >= 0 && this.#holds(this.#last)) return this.#values[this.#last];
    const mask = this.#slots.length - 1;
    for (let slot = hash(key, 0) & mask;; slot = (slot + 1) & mask) {
      const entry = this.#slots[slot] - 1;
      if (entry < 0) return -1;
      if (this.#holds(entry)) {
        this.#last = entry;
        return this.#values[entry];
      }
    }
  }

  /** Adds the flow that the last {@linkcode find} did not find. */
  add(value: number): void {
    if (this.#size === this.#values.length) this.#grow();
    const entry = this.#size++;
    this.#keys.set(this.#key, entry * KEY_WORDS);
    this.#values[entry] = value;
    this.#insert(entry);
    this.#last = entry;
  }

  /** Whether the entry's key is the one looked for. */
  #holds(entry: number): boolean {
    const key = this.#key;
    const keys = this.#keys;
    const at = entry * KEY_WORDS;
    const count = keyLength(key, 0);
    for (let i = 0; i < count; i++) {
      if (keys[at + i] !== key[i]) return false;
    }
    return true;
  }

  #insert(entry: number): void {
    const mask = this.#slots.length - 1;
    let slot = hash(this.#keys, entry * KEY_WORDS) & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = entry + 1;
  }

  #grow(): void {
    const capacity = this.#values.length * 2;
    const keys = new Int32Array(capacity * KEY_WORDS);
    keys.set(this.#keys);
    const values = new Float64Array(capacity);
    values.set(this.#values);
    this.#keys = keys;
    this.#values = values;
    this.#slots = new Int32Array(capacity * 2);
    for (let entry = 0; entry < this.#size; entry++) this.#insert(entry);
  }
}

/** How many words of the key at `at` have a meaning. */
function keyLength(words: Int32Array, at: number): number {
  return words[at + 1] >> 8 === 4 ? KEY_WORDS_IPV4 : KEY_WORDS;
}

/** Murmur3's mixing steps over the key's words. */
function hash(words: Int32Array, at: number): number {
  const end = at + keyLength(words, at);
  let h = 0;
  for (let i = at; i < end; i++) {
    const k = Math.imul(words[i], 0xcc9e2d51);
    h ^= Math.imul((k << 15) | (k >>> 17), 0x1b873593);
    h = (h << 13) | (h >>> 19);
    h = (Math.imul(h, 5) + 0xe6546b64) | 0;
  }
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  return h ^ (h >>> 13);
}
