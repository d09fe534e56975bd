import type { FakeDatastore } from "./state.ts";

const tib = 2 ** 40;
const historyStep = 1800;

/** A datastore that nothing was written to. */
export function newStore(
  config: FakeDatastore["config"],
  fields: Partial<FakeDatastore> = {},
): FakeDatastore {
  return {
    config,
    total: 2 * tib,
    otherBytes: 0,
    namespaces: [],
    groups: [],
    garbage: [],
    gc: {
      "disk-bytes": 0,
      "disk-chunks": 0,
      "index-data-bytes": 0,
      "index-file-count": 0,
      "pending-bytes": 0,
      "pending-chunks": 0,
      "removed-bad": 0,
      "removed-bytes": 0,
      "removed-chunks": 0,
      "still-bad": 0,
      upid: null,
    },
    history: Array<null>(1440).fill(null),
    historyStep,
    ...fields,
  };
}
