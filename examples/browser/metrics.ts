/** What is counted; the page and its workers import it. @module */
import { counter, defineSchema, gauge, histogram, record, sum } from "../../mod.ts";

/** The metrics. */
export const schema = defineSchema({
  jobs: counter({ help: "Jobs done" }),
  results: counter({ help: "Jobs by their result", labels: ["result"] }),
  jobsInProgress: gauge({ help: "Jobs that a worker is at" }),
  duration: histogram({
    help: "Time for a job",
    unit: "seconds",
    lowest: 1e-5,
    highest: 60,
    relativeError: 0.02,
  }),
  primes: record({ tested: sum(), found: sum() }, {
    help: "Numbers tested, and primes among them",
    labels: ["size"],
  }),
});
