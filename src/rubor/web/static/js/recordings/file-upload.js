// A file that is handed in piece by piece. What the app says is there decides what is sent next, so that
// it goes on after a pause, a lost connection, a server started anew, or a page loaded again.

import { Refused, send } from "../http.js";
import { sha256 } from "./sha256.js";

const FIRST_BYTES = 1024 * 1024;
const WAIT_S = [1, 2, 4, 8, 15, 30];
const RATE_OVER_S = 20;

/** What tells a file from others without reading all of it. */
export async function fingerprint(file) {
  const first = new Uint8Array(await file.slice(0, FIRST_BYTES).arrayBuffer());
  const named = `${file.name}\n${file.size}\n${file.lastModified}\n${sha256(first)}`;
  return sha256(new TextEncoder().encode(named));
}

/** The file on this device has changed or is gone. */
export class FileChanged extends Error {}

export class FileUpload extends EventTarget {
  /** `begun` is the answer to the announcement of `file`. */
  constructor(file, begun) {
    super();
    this.file = file;
    this.urls = begun.urls;
    this.pieceBytes = begun.chunk_bytes;
    this.next = begun.next_chunk;
    this.done = begun.bytes;
    this.paused = false;
    this.rates = [{ at: performance.now(), done: this.done }];
  }

  pause() {
    this.paused = true;
  }

  goOn() {
    this.paused = false;
    this.rates = [{ at: performance.now(), done: this.done }];
    this.wake?.();
  }

  /** Seconds that the rest will take; null while that is not known. */
  get leftS() {
    const [first] = this.rates;
    const last = this.rates.at(-1);
    const perS = ((last.done - first.done) / (last.at - first.at)) * 1000;
    return perS > 0 ? (this.file.size - this.done) / perS : null;
  }

  /** Send all that is missing. Rejects with Refused or FileChanged where going on is no use. */
  async run() {
    while (this.done < this.file.size) {
      while (this.paused) await new Promise((resolve) => { this.wake = resolve; });
      const piece = await this.#read();
      const answer = await this.persist(() =>
        send("PUT", this.urls.chunk.replace("/chunks/0/", `/chunks/${this.next}/`), piece),
      );
      this.#there(answer);
    }
  }

  async finish() {
    const whole = { chunks: this.next, bytes: this.done };
    return this.persist(() => send("POST", this.urls.finish, whole));
  }

  /** Try until the app answers; where it knows better what is there, believe it. */
  async persist(request) {
    for (let attempt = 0; ; attempt += 1) {
      try {
        const answer = await request();
        if (attempt > 0) this.#tell("back");
        return answer;
      } catch (error) {
        if (error instanceof Refused && error.status === 409 && "next_chunk" in error.body) {
          return error.body;
        }
        if (error instanceof Refused && (error.status < 500 || error.body.message)) throw error;
        this.#tell("lost");
        await this.#wait(WAIT_S[Math.min(attempt, WAIT_S.length - 1)]);
      }
    }
  }

  async #read() {
    try {
      return await this.file.slice(this.done, this.done + this.pieceBytes).arrayBuffer();
    } catch {
      throw new FileChanged();
    }
  }

  #there(answer) {
    // An answer that stands still would have the same piece sent for ever.
    if (answer.bytes === this.done && answer.next_chunk === this.next) throw new FileChanged();
    this.next = answer.next_chunk;
    this.done = answer.bytes;
    const now = performance.now();
    this.rates.push({ at: now, done: this.done });
    while (this.rates.length > 2 && now - this.rates[0].at > RATE_OVER_S * 1000) this.rates.shift();
    this.#tell("progress");
  }

  #wait(seconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(done, seconds * 1000);
      function done() {
        clearTimeout(timer);
        removeEventListener("online", done);
        resolve();
      }
      addEventListener("online", done);
    });
  }

  #tell(what) {
    this.dispatchEvent(new Event(what));
  }
}
