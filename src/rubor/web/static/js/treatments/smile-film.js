// Film a smile: rest and the broadest smile in turns, three times; or take a file. Either is handed in as a
// recording whose purpose is the smile.

import { Refused, send } from "../http.js";
import { BITS_PER_SECOND, CameraTrouble, MIME, openCamera, settingsToStore } from "../recorder/camera.js";
import { FileChanged, FileUpload, fingerprint } from "../recordings/file-upload.js";

const data = JSON.parse(document.getElementById("smile-data").textContent);
const { words } = data;
const part = (id) => document.getElementById(id);
const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const wait = (seconds) => new Promise((resolve) => { setTimeout(resolve, seconds * 1000); });

const SMILES = 3;
// Beyond the first second, which an encoder needs, and the two that are asked for.
const REST_S = 3;
const SMILE_S = 3;

let camera = null;
let filming = null;

function tell(message) {
  part("problem").textContent = message;
  part("problem").hidden = message === "";
  if (message !== "") part("problem").focus();
}

function troubleWords(error) {
  return error instanceof CameraTrouble ? words[error.key] ?? words.camera_failed : words.camera_failed;
}

/** The distance of the eye corners in mm; null where nothing was said. */
function eyeCorners() {
  const field = part("eye-corners");
  if (field.value === "" && field.validity.valid) return null;
  if (!field.checkValidity()) throw new Error(words.bad_mm);
  return Number(field.value);
}

// --- with the camera

part("open-camera").addEventListener("click", async () => {
  tell("");
  try {
    camera = await openCamera();
  } catch (error) {
    tell(troubleWords(error));
    return;
  }
  part("camera").srcObject = camera.stream;
  await part("camera").play();
  part("camera-view").hidden = false;
  part("open-camera").hidden = true;
  part("start").hidden = false;
  part("say").textContent = words.ready;
  part("start").focus();
});

part("start").addEventListener("click", async () => {
  tell("");
  let film;
  try {
    eyeCorners();
    if (!data.skin_tone) throw new Error(words.no_tone);
    film = await record();
  } catch (error) {
    tell(error.message || words.camera_failed);
    return;
  }
  if (film !== null) await handIn(film.file, { ...film.said, source: "browser", mirrored: false });
});

part("stop").addEventListener("click", () => {
  if (filming) filming.stopped = true;
});

/** The film with what is to be said of it; null where the person stopped. */
async function record() {
  const pieces = [];
  const recorder = new MediaRecorder(camera.stream, { mimeType: MIME, videoBitsPerSecond: BITS_PER_SECOND });
  recorder.addEventListener("dataavailable", (event) => pieces.push(event.data));
  const ended = new Promise((resolve) => recorder.addEventListener("stop", resolve, { once: true }));
  const begun = new Date();
  filming = { stopped: false };
  part("start").hidden = true;
  part("stop").hidden = false;
  part("stop").focus();
  recorder.start(1000);
  const from = performance.now();
  const steps = [];
  const step = async (name, number, seconds) => {
    const start = (performance.now() - from) / 1000;
    for (let left = seconds; left > 0 && !filming.stopped; left -= 1) {
      const turn = number ? `${fill(words.step, { number, all: SMILES })}. ` : "";
      part("say").textContent = turn + fill(words[name], { count: left });
      await wait(1);
    }
    steps.push({ name, start_s: start, end_s: (performance.now() - from) / 1000 });
  };
  await step("rest", 0, REST_S);
  for (let number = 1; number <= SMILES && !filming.stopped; number += 1) {
    await step("smile", number, SMILE_S);
    await step("rest", number < SMILES ? number + 1 : 0, REST_S);
  }
  recorder.stop();
  await ended;
  const { stopped } = filming;
  filming = null;
  part("stop").hidden = true;
  part("start").hidden = false;
  if (stopped) {
    part("say").textContent = words.stopped;
    part("start").focus();
    return null;
  }
  part("say").textContent = "";
  const file = new File(pieces, "smile.webm", { type: MIME, lastModified: begun.getTime() });
  return { file, said: { recorded_at: begun.toISOString(), steps, camera_settings: settingsToStore(camera) } };
}

// --- with a file

part("file").addEventListener("change", () => {
  const [file] = part("file").files;
  if (!file) return;
  const at = new Date(file.lastModified);
  part("recorded-at").value = new Date(at.getTime() - at.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
});

part("file-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  tell("");
  const [file] = part("file").files;
  const mirrored = document.querySelector('[name="mirrored"]:checked');
  const at = part("recorded-at").value;
  if (!file) return tell(words.no_file);
  if (file.type.startsWith("image/")) return tell(words.not_a_video);
  if (!mirrored) return tell(words.no_mirrored);
  if (!data.skin_tone) return tell(words.no_tone);
  try {
    eyeCorners();
  } catch (error) {
    return tell(error.message);
  }
  const recordedAt = at ? new Date(at).toISOString() : "";
  await handIn(file, { source: "file", mirrored: mirrored.value === "yes", recorded_at: recordedAt });
});

// --- handing in

async function handIn(file, { steps = [], ...said }) {
  const eyes = eyeCorners();
  const protocol = { purpose: "smile", version: "1", task: "smile", steps, ...(eyes === null ? {} : { eye_corners_mm: eyes }) };
  part("ways").hidden = true;
  part("progress").hidden = false;
  try {
    const begun = await send("POST", data.begin, {
      ...said,
      file_name: file.name,
      media_type: file.type,
      bytes: file.size,
      fingerprint: await fingerprint(file),
      keep_video: data.keep_video,
      protocol,
    });
    if (begun.state === "receiving") {
      const upload = new FileUpload(file, begun);
      upload.addEventListener("progress", () => {
        part("progress-bar").value = upload.done / file.size;
        part("progress-text").textContent = fill(words.sending, { percent: Math.floor((100 * upload.done) / file.size) });
      });
      upload.addEventListener("lost", () => { part("progress-text").textContent = words.lost; });
      let ended;
      do {
        await upload.run();
        part("progress-text").textContent = words.checking;
        ended = await upload.finish();
        if ("next_chunk" in ended) Object.assign(upload, { next: ended.next_chunk, done: ended.bytes });
      } while (!("page" in ended));
    }
    location.assign(data.page.replace("00000000-0000-0000-0000-000000000000", begun.id));
  } catch (error) {
    part("ways").hidden = false;
    part("progress").hidden = true;
    if (error instanceof Refused && error.body.message) tell(`${error.message} ${error.cure}`);
    else tell(words.failed);
    if (!(error instanceof Refused || error instanceof TypeError || error instanceof FileChanged)) throw error;
  }
}

addEventListener("pagehide", () => camera?.track.stop());
