// The camera: open it, hold its settings fixed where the browser can, and say why it does not start.

export const MIME = "video/webm;codecs=vp8";
export const BITS_PER_SECOND = 4_000_000;

const WANTED = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };
// Up to this size a USB camera has room for plain pictures in limited range; larger ones come as MJPEG, whose
// full range some browsers hand on as if it were limited.
export const SMALL = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 30 } };

/** A reason why the camera cannot be used, with its cure; `key` is one of the page's words. */
export class CameraTrouble extends Error {
  constructor(key, reason = "") {
    super(key);
    this.key = key;
    this.reason = reason;
  }
}

const BY_NAME = {
  NotAllowedError: "denied", SecurityError: "denied", NotFoundError: "no_camera", OverconstrainedError: "no_camera",
  NotReadableError: "in_use", AbortError: "in_use",
};

/**
 * Open a camera without sound.
 *
 * @param {string} deviceId of the camera; empty for the browser's own choice.
 * @param {object} size what is asked of the picture.
 * @returns {Promise<{stream, track, asked, obtained, locked}>} what was asked and obtained; `locked` names the
 *   settings that the browser holds fixed.
 */
export async function openCamera(deviceId = "", size = WANTED) {
  if (!window.isSecureContext || !navigator.mediaDevices?.getUserMedia) throw new CameraTrouble("insecure");
  if (!window.MediaRecorder?.isTypeSupported(MIME)) throw new CameraTrouble("no_recorder");
  const video = deviceId ? { ...size, deviceId: { exact: deviceId } } : size;
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video, audio: false });
  } catch (error) {
    throw new CameraTrouble(BY_NAME[error.name] ?? "camera_failed", error.name);
  }
  const track = stream.getVideoTracks()[0];
  return { stream, track, asked: video, ...(await lock(track)) };
}

/** Ask for fixed white balance, exposure and focus and for no blur, one by one: one refusal spoils no other. */
async function lock(track) {
  const can = track.getCapabilities?.() ?? {};
  const wishes = {
    white_balance: can.whiteBalanceMode?.includes("manual") && { whiteBalanceMode: "manual" },
    exposure: can.exposureMode?.includes("manual") && { exposureMode: "manual" },
    focus: can.focusMode?.includes("manual") && { focusMode: "manual" },
    blur_off: can.backgroundBlur?.includes(false) && { backgroundBlur: false },
  };
  const granted = {};
  for (const [name, wish] of Object.entries(wishes)) {
    if (!wish) continue;
    try {
      await track.applyConstraints({ advanced: [{ ...Object.assign({}, ...Object.values(granted)), ...wish }] });
      granted[name] = wish;
    } catch {
      // Refused: what was obtained says so.
    }
  }
  const obtained = track.getSettings();
  const locked = Object.keys(granted).filter((name) =>
    Object.entries(granted[name]).every(([setting, value]) => obtained[setting] === value));
  return { obtained, locked };
}

/** The cameras there are; their names are known only after permission was given. */
export async function cameras() {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.filter((device) => device.kind === "videoinput");
}

/** What is stored of the camera: no identifiers of devices, which would tell this computer from others. */
export function settingsToStore(camera) {
  const { deviceId: _device, groupId: _group, ...obtained } = camera.obtained;
  const { deviceId: _asked, ...asked } = camera.asked;
  return { asked, obtained, locked: camera.locked, mime: MIME, bits_per_second: BITS_PER_SECOND };
}
