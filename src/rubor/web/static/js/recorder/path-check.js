// A trial of the recorder before anything counts: known patches go through it, and a look at the camera.

import { send } from "../http.js";
import { BITS_PER_SECOND, MIME } from "./camera.js";

// A busy computer may need the longer one.
const TRIALS_MS = [1800, 4000];

/** Record a stream for a moment. */
function trial(stream, duration) {
  return new Promise((resolve, reject) => {
    const recorder = new MediaRecorder(stream, { mimeType: MIME, videoBitsPerSecond: BITS_PER_SECOND });
    const parts = [];
    recorder.ondataavailable = (event) => parts.push(event.data);
    recorder.onerror = (event) => reject(event.error ?? new Error("recorder"));
    recorder.onstop = () => resolve(new Blob(parts, { type: MIME }));
    recorder.start();
    setTimeout(() => recorder.stop(), duration);
  });
}

/** What the app says of a trial; a second one where the first was too short to be judged. */
async function judged(stream, url) {
  let answer;
  for (const duration of TRIALS_MS) {
    answer = await send("POST", url, await trial(stream, duration));
    if (!answer.too_short) break;
  }
  return answer;
}

/**
 * Send the known patches through the recorder at the camera's size.
 *
 * Where the browser lets a page make pictures as a camera does (planes of luma and chroma), the patches are
 * such planes: a camera's planes reach the encoder untouched, while a canvas is converted on its way, by
 * Chromium with another matrix than cameras have. Elsewhere a canvas has to do.
 */
export async function checkPath(patches, width, height, url) {
  const planes = "MediaStreamTrackGenerator" in window;
  const source = planes ? planesOf(patches, width, height) : canvasOf(patches, width, height);
  try {
    return { ...(await judged(source.stream, url)), drawn: planes ? "planes" : "canvas" };
  } finally {
    source.stop();
  }
}

/** What the camera's own picture tells of its range. */
export async function checkRange(stream, url) {
  return judged(stream, `${url}?of=camera`);
}

function canvasOf(patches, width, height) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d");
  const draw = () => eachPatch(patches, width, height, (colour, x, y, w, h) => {
    context.fillStyle = `rgb(${colour.join(",")})`;
    context.fillRect(x, y, w, h);
  });
  draw();
  const timer = setInterval(draw, 33);
  const stream = canvas.captureStream(30);
  return { stream, stop: () => { clearInterval(timer); stream.getTracks().forEach((track) => track.stop()); } };
}

function planesOf(patches, width, height) {
  const [w, h] = [width & ~1, height & ~1];
  const buffer = new Uint8Array((w * h * 3) / 2);
  eachPatch(patches, w, h, ([r, g, b], left, top, across, down) => {
    // ITU-R BT.601, limited range.
    const luma = Math.round(16 + (65.481 * r + 128.553 * g + 24.966 * b) / 255);
    const blue = Math.round(128 + (-37.797 * r - 74.203 * g + 112 * b) / 255);
    const red = Math.round(128 + (112 * r - 93.786 * g - 18.214 * b) / 255);
    for (let y = top; y < top + down; y += 1) buffer.fill(luma, y * w + left, y * w + left + across);
    for (let y = top >> 1; y < (top + down) >> 1; y += 1) {
      const from = (y * w) / 2 + (left >> 1);
      buffer.fill(blue, w * h + from, w * h + from + (across >> 1));
      buffer.fill(red, (w * h * 5) / 4 + from, (w * h * 5) / 4 + from + (across >> 1));
    }
  });
  const track = new window.MediaStreamTrackGenerator({ kind: "video" });
  const writer = track.writable.getWriter();
  let timestamp = 0;
  const timer = setInterval(() => {
    const frame = new VideoFrame(buffer, {
      format: "I420", codedWidth: w, codedHeight: h, timestamp,
      colorSpace: { matrix: "smpte170m", primaries: "bt709", transfer: "iec61966-2-1", fullRange: false },
    });
    timestamp += 33_000;
    writer.write(frame).catch(() => frame.close());
  }, 33);
  return { stream: new MediaStream([track]), stop: () => { clearInterval(timer); track.stop(); } };
}

function eachPatch({ columns, rows, colours }, width, height, draw) {
  const even = (value) => Math.round(value / 2) * 2;
  colours.forEach((colour, number) => {
    const [column, row] = [number % columns, Math.floor(number / columns)];
    const [left, top] = [even((column * width) / columns), even((row * height) / rows)];
    draw(colour, left, top, even(((column + 1) * width) / columns) - left, even(((row + 1) * height) / rows) - top);
  });
}
