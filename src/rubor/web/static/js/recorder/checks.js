// Live checks of the preview, on a small canvas in the page. They look at light and stillness, never at
// how red a face is, and say nothing of it.

// The limits are half those of the quality gates that a measured recording must pass.
const LIMITS = { dark: 0.04, clipped: 0.025, uneven: 0.35, moved: 0.03, balance: 0.02, rate: 15 };
const WIDTH = 160;
const SETTLED_S = 4;
const WATCHED_S = 8;

/** The guide oval: its middle as shares of the picture, its radii as shares of the picture's height. */
export const OVAL = { x: 0.5, y: 0.48, rx: 0.3, ry: 0.4 };

const LINEAR = Float32Array.from({ length: 256 }, (_, level) => {
  const value = level / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
});

/** What one small picture shows, as plain numbers. `pixels` is RGBA. */
export function look(pixels, width, height) {
  const green = [];
  const luma = new Float32Array(width * height);
  const sides = [0, 0];
  const counts = [0, 0];
  const around = [0, 0, 0];
  let clipped = 0;
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, at += 4) {
      const [r, g, b] = [pixels[at], pixels[at + 1], pixels[at + 2]];
      luma[at / 4] = (0.299 * r + 0.587 * g + 0.114 * b) / 255;
      const across = (x + 0.5 - OVAL.x * width) / (OVAL.rx * height);
      const down = (y + 0.5 - OVAL.y * height) / (OVAL.ry * height);
      const distance = across * across + down * down;
      if (distance < 1) {
        green.push(LINEAR[g]);
        const side = across < 0 ? 0 : 1;
        sides[side] += LINEAR[g];
        counts[side] += 1;
        // Hair, brows and eyes may be black; the middle of the face may not.
        const lost = Math.max(r, g, b) >= 252 || (distance < 0.3 && Math.max(r, g, b) <= 4);
        clipped += lost ? 1 : 0;
      } else if (distance > 2.2 && Math.max(r, g, b) < 250 && Math.min(r, g, b) > 12) {
        around[0] += LINEAR[r];
        around[1] += LINEAR[g];
        around[2] += LINEAR[b];
      }
    }
  }
  green.sort((one, other) => one - other);
  return {
    brightness: green[green.length >> 1],
    clipped: clipped / green.length,
    uneven: Math.abs(Math.log((sides[0] / counts[0] + 1e-4) / (sides[1] / counts[1] + 1e-4))),
    balance: around[1] > 0 ? [Math.log(around[0] / around[1]), Math.log(around[2] / around[1])] : null,
    luma,
  };
}

/** Mean difference of brightness of two looks, as a share of full scale. */
export function moved(before, after) {
  let sum = 0;
  for (let i = 0; i < after.length; i += 1) sum += Math.abs(after[i] - before[i]);
  return sum / after.length;
}

/** The checks of a preview: `look()` a few times a second gives the state of each by name. */
export class Checks {
  constructor(video) {
    this.video = video;
    this.canvas = document.createElement("canvas");
    this.context = this.canvas.getContext("2d", { willReadFrequently: true });
    this.before = null;
    this.balances = [];
    this.frames = [];
    this.running = true;
    const count = (now) => {
      this.frames.push(now);
      if (this.running) video.requestVideoFrameCallback(count);
    };
    this.counts = "requestVideoFrameCallback" in video;
    if (this.counts) video.requestVideoFrameCallback(count);
  }

  stop() {
    this.running = false;
  }

  /** @returns {Object<string, {state: "ok"|"mend"|"waiting", rate?: number}>} */
  look(now = performance.now()) {
    if (!this.video.videoWidth) return {};
    const height = Math.round((WIDTH * this.video.videoHeight) / this.video.videoWidth);
    if (this.canvas.height !== height || this.canvas.width !== WIDTH) Object.assign(this.canvas, { width: WIDTH, height });
    this.context.drawImage(this.video, 0, 0, WIDTH, height);
    const seen = look(this.context.getImageData(0, 0, WIDTH, height).data, WIDTH, height);
    const movement = this.before?.length === seen.luma.length ? moved(this.before, seen.luma) : 0;
    this.before = seen.luma;
    const state = (good) => ({ state: good ? "ok" : "mend" });
    return {
      bright: state(seen.brightness >= LIMITS.dark),
      clipped: state(seen.clipped <= LIMITS.clipped),
      even: state(seen.uneven <= LIMITS.uneven),
      still: state(movement <= LIMITS.moved),
      balance: this.#balance(seen.balance, now),
      rate: this.#rate(now),
    };
  }

  /** Whether the mean colour outside the oval has kept still: its span over the last seconds. */
  #balance(balance, now) {
    if (balance) this.balances.push([now, ...balance]);
    this.balances = this.balances.filter(([at]) => now - at < WATCHED_S * 1000);
    if (!this.balances.length || now - this.balances[0][0] < SETTLED_S * 1000 - 500) return { state: "waiting" };
    const span = (column) => {
      const values = this.balances.map((row) => row[column]).sort((one, other) => one - other);
      const edge = Math.floor(values.length / 10);
      return values[values.length - 1 - edge] - values[edge];
    };
    return { state: Math.max(span(1), span(2)) <= LIMITS.balance ? "ok" : "mend" };
  }

  #rate(now) {
    if (!this.counts) return { state: "waiting" };
    this.frames = this.frames.filter((at) => now - at < 3000);
    if (this.frames.length < 5) return { state: "waiting" };
    const rate = (1000 * (this.frames.length - 1)) / (this.frames.at(-1) - this.frames[0]);
    return { state: rate >= LIMITS.rate ? "ok" : "mend", rate: Math.round(rate) };
  }
}
