// The session itself: steps on screen, "I feel it", stop. No picture of the face is shown meanwhile, so
// nobody watches themselves redden.

import { announce, data, one, word } from "./dom.js";
import { faceInPlace } from "./face.js";
import { clockText, StepClock } from "./protocol.js";
import { Recording } from "./recording.js";

const TICK_MS = 200;
const FACE_MS = 5000;
// A tick that comes so late on a visible page means that the computer slept.
const SLEPT_MS = 5000;

export class Session {
  /** @param {{onEnd({answer, stoppedEarly, reason}), onWaiting, onWell, onProgress}} events */
  constructor(store, setUp, events) {
    Object.assign(this, { store, setUp, events, hidden: [], reason: "" });
    this.felt = one("#felt");
    this.felt.addEventListener("click", () => this.feel());
    one("#stop").addEventListener("click", () => this.stop());
    document.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("visibilitychange", () => this.#visibility());
    window.addEventListener("beforeunload", (event) => { if (this.running) event.preventDefault(); });
  }

  async start(body, task) {
    const { camera, video } = this.setUp;
    this.task = task;
    this.recording = new Recording(this.store, camera, video, {
      ...this.events,
      onTrouble: (key, reason) => this.#break(word(key, { reason }), key === "no_space" ? word("no_space_cure") : ""),
    });
    this.clock = new StepClock(data.steps, data.lead_in_s, {
      onStep: (step, number, all) => this.#show(step, number, all),
      onMark: (kind, time) => this.recording.mark(kind, time),
      onEnd: (complete) => this.#end(complete),
    });
    body.protocol.steps = this.clock.steps.map(({ name, start_s, end_s }) => ({ name, start_s, end_s }));
    this.body = body;
    camera.track.addEventListener("ended", () => this.#break(word("camera_ended")));
    await this.recording.start(data.person, { url: data.urls.begin, body });
    this.running = true;
    document.body.classList.add("recording");
    this.lock = await navigator.wakeLock?.request("screen").catch(() => null);
    this.lastTick = performance.now();
    this.timer = setInterval(() => this.#tick(), TICK_MS);
    this.faceTimer = setInterval(() => this.#watchFace(), FACE_MS);
    this.felt.focus();
  }

  /** The person feels a blush, now. */
  feel() {
    if (!this.running) return;
    const { time_s: time } = this.recording.mark("felt");
    const text = word("noted", { time: clockText(Math.floor(time)) });
    one("#noted").textContent = text;
    announce(text);
  }

  /** Stop at once; what there is, is kept. */
  stop() {
    if (this.running) this.clock.end(this.recording.time());
  }

  #key(event) {
    if (!this.running) return;
    if (event.key === "Escape") {
      event.preventDefault();
      this.stop();
    } else if (event.key === " " && !event.target.closest("button, a, input, select, textarea, video, summary")) {
      event.preventDefault();
      if (!event.repeat) this.feel();
    }
  }

  #tick() {
    const now = performance.now();
    const late = now - this.lastTick > SLEPT_MS && document.visibilityState === "visible";
    const time = this.recording.time();
    if (late) {
      this.#break(word("slept"));
      return;
    }
    this.lastTick = now;
    this.clock.tick(time);
    if (!this.running) return;
    const left = this.clock.left(time);
    one("#countdown").textContent = clockText(left);
    const bar = one("#step-progress");
    bar.value = bar.max - left;
  }

  #show(step, number, all) {
    const title = step.name === "provocation" ? data.tasks[this.task] : step.title;
    one("#session-title").textContent = title;
    one("#session-number").textContent = word("step_of", { number: number + 1, all });
    one("#session-instruction").textContent = step.instruction;
    one("#step-progress").max = step.duration_s;
    for (const part of document.querySelectorAll("[data-during]")) {
      part.hidden = part.dataset.during !== step.name || (part.dataset.task && part.dataset.task !== this.task);
    }
    const film = one("#own-film");
    if (step.name === "provocation" && this.task === "own recording" && film.src) film.play().catch(() => {});
    else film.pause();
    announce(`${title}. ${step.instruction}`);
  }

  async #watchFace() {
    const answer = await faceInPlace(this.setUp.video, data.urls.set_up_check).catch(() => null);
    if (!this.running || !answer) return;
    const gone = answer.found === "none" || answer.found === "cut";
    const hint = one("#come-back");
    if (hint.hidden === !gone) return;
    hint.hidden = !gone;
    hint.textContent = gone ? word("come_back") : "";
  }

  #visibility() {
    if (!this.running) return;
    const time = Math.round(this.recording.time() * 10) / 10;
    if (document.visibilityState === "hidden") this.hidden.push({ from_s: time, to_s: null });
    else {
      const last = this.hidden.at(-1);
      if (last) last.to_s = time;
      navigator.wakeLock?.request("screen").then((lock) => { this.lock = lock; }).catch(() => {});
    }
  }

  #break(message, cure = "") {
    if (!this.running) return;
    this.reason = `${message} ${cure}`.trim();
    this.stop();
  }

  async #end(complete) {
    this.running = false;
    document.body.classList.remove("recording");
    clearInterval(this.timer);
    clearInterval(this.faceTimer);
    this.lock?.release?.();
    one("#own-film").pause();
    this.events.onStopped({ stoppedEarly: !complete, reason: this.reason });
    if (complete) await new Promise((resolve) => setTimeout(resolve, data.lead_out_s * 1000));
    const { protocol, conditions } = this.body;
    const answer = await this.recording.stop({
      protocol: { ...protocol, steps: this.clock.done, ...(this.hidden.length ? { hidden: this.hidden } : {}) },
      conditions,
      stopped_early: !complete,
    });
    this.setUp.close();
    this.events.onEnd(answer);
  }
}
