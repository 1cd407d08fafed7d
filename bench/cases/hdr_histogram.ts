import { loadPackage } from "../packages.ts";
import { type Cases, privateCase } from "./case.ts";
import { mask, microseconds } from "./inputs.ts";

/** The part of hdr-histogram-js that is measured. */
interface HdrHistogram {
  initWebAssemblySync(): void;
  build(options: object): { recordValue(value: number): void; readonly totalCount: number };
}

/** hdr-histogram-js with two digits, that is 1 %: its JavaScript or its WebAssembly build. */
export async function makeCases(useWebAssembly: boolean): Promise<Cases> {
  const hdr = await loadPackage<HdrHistogram>("hdr-histogram-js");
  if (useWebAssembly) hdr.initWebAssemblySync();
  return {
    "histogram record": privateCase(() => {
      const histogram = hdr.build({
        lowestDiscernibleValue: 1,
        highestTrackableValue: 60e6,
        numberOfSignificantValueDigits: 2,
        bitBucketSize: 64,
        useWebAssembly,
      });
      return {
        run(updates) {
          for (let i = 0; i < updates; i++) histogram.recordValue(microseconds[i & mask]);
        },
        total: () => histogram.totalCount,
      };
    }),
  };
}
