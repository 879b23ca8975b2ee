// The step that sets up the camera: preview, live checks, the check of the recorder.

import { cameras, CameraTrouble, openCamera, SMALL } from "./camera.js";
import { Checks, OVAL } from "./checks.js";
import { announce, data, one, trouble, word } from "./dom.js";
import { faceInPlace } from "./face.js";
import { checkPath, checkRange } from "./path-check.js";

const CHECK_MS = 250;
const FACE_MS = 2000;
// A check that flickers is not shown flickering, and is read out at most so often.
const HOLDS_MS = 1000;
const SAID_EVERY_MS = 6000;

export class SetUp {
  constructor(video) {
    this.video = video;
    this.box = one("#camera-trouble");
    this.states = {};
    this.saidAt = 0;
    this.checked = {};
    one("#camera-choice").addEventListener("change", (event) => this.open(event.target.value));
    one("#check-again").addEventListener("click", () => this.#checkRecorder());
  }

  /** Open a camera and begin to look. Returns whether it runs. */
  async open(deviceId = "", size = undefined) {
    this.close();
    trouble(this.box);
    try {
      this.camera = await openCamera(deviceId, size);
    } catch (error) {
      if (!(error instanceof CameraTrouble)) throw error;
      trouble(this.box, word(error.key, { reason: error.reason }), word(`${error.key}_cure`));
      return false;
    }
    this.video.srcObject = this.camera.stream;
    await this.video.play();
    const { track } = this.camera;
    track.addEventListener("ended", () => trouble(this.box, word("camera_ended"), word("in_use_cure")));
    const { locked } = this.camera;
    one("#camera-locked").textContent = locked.length
      ? word("locked", { settings: locked.map((name) => word(name)).join(", ") }) : word("not_locked");
    this.#drawOval();
    await this.#offerCameras();
    this.checks = new Checks(this.video);
    this.timers = [setInterval(() => this.#look(), CHECK_MS), setInterval(() => this.#lookForFace(), FACE_MS)];
    this.#lookForFace();
    this.#checkRecorder();
    return true;
  }

  /** Stop looking; the camera goes on. */
  rest() {
    this.checks?.stop();
    this.timers?.forEach(clearInterval);
    this.timers = [];
  }

  close() {
    this.rest();
    this.camera?.stream.getTracks().forEach((track) => track.stop());
    this.camera = null;
    this.video.srcObject = null;
  }

  /** Names of the checks that are to be mended. */
  get toMend() {
    return Object.keys(this.states).filter((name) => this.states[name].shown === "mend");
  }

  async #offerCameras() {
    const choice = one("#camera-choice");
    const found = await cameras();
    choice.replaceChildren(...found.map((camera, number) =>
      new Option(camera.label || word("camera_number", { number: number + 1 }), camera.deviceId)));
    choice.value = this.camera.obtained.deviceId ?? "";
    one("#camera-choice-field").hidden = found.length < 2;
    const name = one("#camera");
    if (!name.value) name.value = this.camera.track.label;
  }

  #drawOval() {
    const [width, height] = [this.video.videoWidth, this.video.videoHeight];
    const drawing = one(".mirror svg");
    drawing.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const places = { cx: OVAL.x * width, cy: OVAL.y * height, rx: OVAL.rx * height, ry: OVAL.ry * height };
    for (const [name, value] of Object.entries(places)) one("ellipse", drawing).setAttribute(name, value);
  }

  #look() {
    const seen = this.checks.look();
    for (const [name, { state, rate }] of Object.entries(seen)) this.#set(name, state, word(`${name}_${state}`, { rate }));
    this.#sayNow();
  }

  async #lookForFace() {
    if (this.asking) return;
    this.asking = true;
    try {
      const answer = await faceInPlace(this.video, data.urls.set_up_check);
      if (answer) this.#set("face", answer.ok ? "ok" : "mend", answer.ok ? word("face_ok") : `${answer.message} ${answer.cure}`, 0);
    } catch {
      this.#set("face", "waiting", word("face_unreachable"), 0);
    } finally {
      this.asking = false;
    }
  }

  /** Show a state once it has held for a moment. */
  #set(name, state, text, holds = HOLDS_MS) {
    const now = performance.now();
    const known = (this.states[name] ??= { shown: "waiting", wanted: "", since: now });
    if (known.wanted !== state) Object.assign(known, { wanted: state, since: now });
    const item = one(`[data-check="${name}"]`);
    if (known.shown !== state && now - known.since >= holds) {
      known.shown = state;
      item.dataset.state = state;
      one(".state", item).textContent = word(state);
    }
    if (known.shown === state && text) one(".says", item).textContent = text;
  }

  #sayNow() {
    const now = performance.now();
    if (now - this.saidAt < SAID_EVERY_MS || Object.values(this.states).some((state) => state.shown === "waiting")) return;
    const names = this.toMend.map((name) => word(name)).join(", ");
    const text = names ? word("some_mend", { names }) : word("all_ok");
    if (text === this.said) return;
    Object.assign(this, { said: text, saidAt: now });
    announce(text);
  }

  /**
   * Known patches through the recorder, then a look at the camera's range, one after the other. A camera
   * whose large pictures are in full range is opened anew with small ones, which likely are not.
   */
  async #checkRecorder() {
    const { camera } = this;
    const again = one("#check-again");
    const go = one("#camera-go");
    again.disabled = go.disabled = true;
    const { width, height } = camera.obtained;
    const run = async (name, ask, good) => {
      this.#set(name, "waiting", word(`${name}_waiting`), 0);
      try {
        const answer = await ask();
        const fine = good(answer);
        this.checked[name] = answer;
        this.#set(name, fine ? "ok" : "mend", fine ? word(`${name}_ok`) : `${answer.message} ${answer.cure}`, 0);
      } catch (error) {
        this.checked[name] = { ok: false, message: error.message };
        this.#set(name, "mend", word("path_failed", { reason: error.message }), 0);
      }
    };
    await run("path", () => checkPath(data.patches, width, height, data.urls.path_check), (answer) => answer.ok);
    if (this.camera === camera) {
      await run("range", () => checkRange(camera.stream, data.urls.path_check), (answer) => answer.range === "limited");
    }
    if (this.camera !== camera) return;
    if (this.checked.range?.range === "full" && height > SMALL.height.ideal) {
      await this.open(camera.obtained.deviceId, SMALL);
      return;
    }
    again.disabled = go.disabled = false;
  }

  /** What is stored with the recording. It counts as sound only if both checks were. */
  get pathCheck() {
    const { path = {}, range = {} } = this.checked;
    return { ...path, ok: path.ok === true && range.range !== "full", patches_ok: path.ok === true, camera: range };
  }
}
