// Sends what lies in the store, in order, until the app has all of it. Nothing is given up for a lost
// connection or an app that is not running; it waits, longer each time, and goes on.

import { Refused, send } from "../http.js";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8_000;
const LOOK_AGAIN_MS = 5_000;

/** The lock that a page holds while it records or sends a recording, so that no other tab sends it too. */
export function lockName(local) {
  return `rubor-recording-${local}`;
}

export class Sender {
  /**
   * @param {Store} store
   * @param {string} local key of the recording in the store.
   * @param {{onProgress?, onWaiting?, onWell?}} events `onWaiting(reason)` while the app cannot be reached or
   *   refuses for now; reason is "waiting_for_app", "closed" or a Refused with message and cure.
   */
  constructor(store, local, events = {}) {
    this.store = store;
    this.local = local;
    this.events = events;
    this.wake = () => {};
  }

  /** Something new lies in the store. It ends a rest, but not the wait after a failure. */
  poke() {
    this.poked = true;
    this.wake();
  }

  /** Send until the recording is finished and acknowledged. @returns {Promise<{page: string}|null>} */
  async run() {
    let wait = FIRST_WAIT_MS;
    for (;;) {
      this.poked = false;
      try {
        const answer = await this.#step();
        wait = FIRST_WAIT_MS;
        if (answer === "idle") await this.#rest();
        else if (answer !== "more") return answer;
      } catch (error) {
        const reason = reasonToWait(error);
        if (reason === null) {
          const there = await this.#alreadyThere(error);
          if (there) return there;
          throw error;
        }
        this.events.onWaiting?.(reason);
        await backOff(wait);
        wait = Math.min(2 * wait, LONGEST_WAIT_MS);
      }
    }
  }

  /** One thing: begin, or a chunk, or the marks, or finish. */
  async #step() {
    const { store, local } = this;
    const row = await store.recording(local);
    if (!row) return null;
    if (row.made === 0) {
      // A recording without a picture leaves nothing behind, here or there.
      if (row.finish === null) return "idle";
      await store.forget(local);
      return null;
    }
    if (!row.server) {
      const server = await send("POST", row.begin.url, row.begin.body);
      await store.change(local, { server });
      return this.#well("more");
    }
    const chunk = await store.firstChunk(local);
    if (chunk) {
      await store.dropChunks(local, await this.#put(row, chunk));
      this.events.onProgress?.({ sent: chunk.number + 1, made: row.made });
      return this.#well("more");
    }
    const marks = await store.marks(local);
    if (marks.length) {
      await send("POST", row.server.urls.marks, { marks: marks.map(({ key, kind, time_s }) => ({ key, kind, time_s })) });
      await store.dropMarks(marks);
      return this.#well("more");
    }
    if (row.finish === null) return "idle";
    const answer = await this.#finish(row);
    await store.forget(local);
    return { page: answer.page ?? row.server.urls.page };
  }

  /** Send a chunk; resolves to the number of the next one that the app wants. */
  async #put(row, chunk) {
    const url = row.server.urls.chunk.replace(/0(?=\D*$)/, String(chunk.number));
    try {
      const { next_chunk: next } = await send("PUT", url, chunk.data);
      return Math.max(next, chunk.number + 1);
    } catch (error) {
      // The app has it already: an answer was lost on its way.
      if (error instanceof Refused && error.status === 409 && error.body.next_chunk > chunk.number) return error.body.next_chunk;
      throw error;
    }
  }

  async #finish(row) {
    return send("POST", row.server.urls.finish, { ...row.finish, chunks: row.made, bytes: row.bytes });
  }

  /** After a refusal: whether the app holds the recording, or its person deleted it. Then it goes from here. */
  async #alreadyThere(error) {
    const row = await this.store.recording(this.local);
    if (!(error instanceof Refused) || !row?.server) return null;
    if (error.status === 409) {
      const { state } = await send("GET", row.server.urls.received).catch(() => ({}));
      if (!state || state === "receiving") return null;
      await this.store.forget(this.local);
      return { page: row.server.urls.page };
    }
    // The whole of it arrived and is no video, or it was deleted there: what remains is the reason.
    const whole = error.status === 400 && row.finish !== null && !(await this.store.firstChunk(this.local));
    if (whole || error.status === 404) await this.store.forget(this.local);
    return null;
  }

  #well(answer) {
    this.events.onWell?.();
    return answer;
  }

  #rest() {
    if (this.poked) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, LOOK_AGAIN_MS);
      this.wake = () => { clearTimeout(timer); resolve(); };
    });
  }
}

/** Wait, or until the connection is back. */
function backOff(ms) {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
    window.addEventListener("online", resolve, { once: true });
  });
}

/** Why to wait and try again; null where trying again is of no use. */
function reasonToWait(error) {
  if (error instanceof TypeError) return "waiting_for_app";
  if (!(error instanceof Refused)) return null;
  if (error.status === 403) return "closed";
  if (error.status === 507 || error.status === 429) return error;
  return error.status >= 500 ? "waiting_for_app" : null;
}

/**
 * Send recordings that an earlier page left behind: the tab was closed, the lid shut, the power cut.
 *
 * Only those of the person whose page this is: the app takes nothing of another.
 *
 * @param {Store} store
 * @param {string} person
 * @param {{found?, done?, failed?, events?}} hooks called for each that this page takes on; `events` as of Sender.
 */
export async function sendLeftovers(store, person, { found, done, failed, events = {} } = {}) {
  const rows = (await store.recordings()).filter((row) => row.person === person);
  for (const { local } of rows) {
    await navigator.locks.request(lockName(local), { ifAvailable: true }, async (lock) => {
      const row = lock && (await store.recording(local));
      if (!row) return; // another tab records or sends it
      found?.(row);
      if (row.finish === null) await store.change(local, { finish: { stopped_early: true } });
      try {
        done?.(row, await new Sender(store, local, events).run());
      } catch (error) {
        failed?.(row, error);
      }
    });
  }
}
