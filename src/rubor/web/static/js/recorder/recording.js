// One recording: the browser's recorder, its clock, and the way of each second into the store.

import { BITS_PER_SECOND, MIME } from "./camera.js";
import { newId } from "./chunks.js";
import { mark } from "./marks.js";
import { lockName, Sender } from "./sender.js";

// A second a piece: what is lost when the power goes is the last one.
const PIECE_MS = 1000;

export class Recording {
  /**
   * @param {Store} store
   * @param {{stream, track}} camera
   * @param {HTMLVideoElement} video that shows the camera, hidden or not
   * @param {{onTrouble(key, reason), onWaiting, onWell, onProgress}} events
   */
  constructor(store, camera, video, events) {
    Object.assign(this, { store, camera, video, events, local: newId(), zero: null, saving: Promise.resolve() });
  }

  /** Begin. Resolves when the recorder runs and its clock is known. */
  async start(person, begin) {
    const { store, local } = this;
    await new Promise((held) => {
      navigator.locks.request(lockName(local), () => { held(); return new Promise((release) => { this.release = release; }); });
    });
    await store.add(local, person, { ...begin, body: { ...begin.body, fingerprint: local.replaceAll("-", "") } });
    this.sender = new Sender(store, local, this.events);
    this.recorder = new MediaRecorder(this.camera.stream, { mimeType: MIME, videoBitsPerSecond: BITS_PER_SECOND });
    this.recorder.ondataavailable = (event) => this.#keep(event.data);
    this.recorder.onerror = (event) => this.events.onTrouble("recorder_failed", event.error?.name ?? "");
    this.recorder.start(PIECE_MS);
    this.zero = await this.#firstFrame(performance.now());
    this.sending = this.sender.run().catch((error) => ({ error }));
  }

  /**
   * When the video's time 0 was, on this page's clock.
   *
   * The file's clock starts with the first frame that the camera takes after the call of start: measured in
   * Chromium against a picture that shows its own frame number, the frame's capture time is within 2 ms of
   * it, while the call itself is up to a frame early (33 ms) and the recorder's "start" event up to 160 ms
   * late. Without capture times the call's time is used.
   */
  #firstFrame(called) {
    if (!("requestVideoFrameCallback" in this.video)) return Promise.resolve(called);
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(called), 1000);
      const seen = (_now, { captureTime, presentationTime }) => {
        const at = captureTime ?? presentationTime;
        if (at < called) {
          this.video.requestVideoFrameCallback(seen);
          return;
        }
        clearTimeout(timer);
        resolve(at);
      };
      this.video.requestVideoFrameCallback(seen);
    });
  }

  /** Now, on the video's clock, in seconds. */
  time() {
    return (performance.now() - this.zero) / 1000;
  }

  #keep(blob) {
    if (!blob.size) return;
    this.saving = this.saving.then(async () => {
      await this.store.addChunk(this.local, await blob.arrayBuffer());
      this.sender.poke();
    }).catch((error) => this.events.onTrouble("no_space", error.name));
  }

  /** Set a mark, at a time on the video's clock. */
  mark(kind, time = this.time()) {
    const one = mark(this.local, kind, time);
    this.saving = this.saving.then(() => this.store.addMark(one)).catch((error) => this.events.onTrouble("no_space", error.name));
    return one;
  }

  /** End the recording; what remains is sent. @returns {Promise<{page}|{error}|null>} */
  async stop(finish) {
    if (this.recorder.state !== "inactive") {
      const stopped = new Promise((resolve) => this.recorder.addEventListener("stop", resolve, { once: true }));
      this.recorder.stop();
      await stopped;
    }
    await this.saving;
    await this.store.change(this.local, { finish });
    this.sender.poke();
    const answer = await this.sending;
    this.release();
    return answer;
  }
}
