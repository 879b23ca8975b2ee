// Marks of a recording, such as "I feel it": kept until the app has them, each with a key of its own, so that
// one that is sent twice is stored once.

import { newId } from "./chunks.js";

/** A mark to be kept and sent. */
export function mark(local, kind, time) {
  return { local, key: newId(), kind, time_s: Math.round(Math.max(0, time) * 1000) / 1000 };
}
