/**
 * Which exemplars of a histogram share a place: only the latest one of a place is kept.
 *
 * @module
 */
import { MAX_LOG_LINEAR_PLACES } from "../exemplars/exemplar_layout.ts";
import { type BinScale, ExplicitBinScale } from "./bin_scale.ts";

/**
 * How many places a bucket has. Each bin with explicit boundaries has its own, since each is
 * exported. Log-linear bins are exported in few groups, but may be thousands; adjacent ones share a
 * place.
 */
export function exemplarPlacesOf(scale: BinScale): number {
  return scale instanceof ExplicitBinScale
    ? scale.size
    : Math.min(scale.size, MAX_LOG_LINEAR_PLACES);
}

/** The place of a bin. */
export function exemplarPlaceOf(scale: BinScale, bin: number): number {
  return Math.floor(bin * exemplarPlacesOf(scale) / scale.size);
}
