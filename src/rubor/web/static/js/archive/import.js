// The page on which an export is handed in.

import { Refused, send } from "../http.js";
import { FileChanged, FileUpload, fingerprint } from "../recordings/file-upload.js";

const MB = 1e6;
const part = (id) => document.getElementById(id);
const form = part("hand-in");
const { begin, most_bytes: mostBytes, words } = JSON.parse(part("import-data")?.textContent ?? "{}");
let upload = null;

const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const [file] = part("file").files;
  tell("");
  if (!file) return tell(words.no_file);
  if (file.size === 0) return tell(words.empty);
  if (file.size > mostBytes) return tell(fill(words.too_large, { most: Math.round(mostBytes / 1024 ** 3) }));
  show(true);
  part("sending-name").textContent = file.name;
  say(words.reading);
  try {
    await handIn(file);
  } catch (error) {
    stop(error);
  }
});

async function handIn(file) {
  let sum;
  try {
    sum = await fingerprint(file);
  } catch {
    throw new FileChanged();
  }
  const begun = await send("POST", begin, { file_name: file.name, bytes: file.size, fingerprint: sum });
  upload = new FileUpload(file, begun);
  upload.addEventListener("progress", progress);
  upload.addEventListener("lost", () => say(words.lost));
  upload.addEventListener("back", progress);
  progress();
  let ended;
  do {
    await upload.run();
    say(words.checking);
    ended = await upload.finish();
    if ("next_chunk" in ended) Object.assign(upload, { next: ended.next_chunk, done: ended.bytes });
  } while (!("page" in ended));
  upload = null;
  location.assign(ended.page);
}

function stop(error) {
  upload = null;
  show(false);
  if (error instanceof FileChanged) return tell(words.changed);
  if (error instanceof Refused && error.body.message) return tell(`${error.message} ${error.cure}`);
  if (error instanceof TypeError) return tell(words.lost_before);
  tell(words.load_again);
  if (!(error instanceof Refused)) throw error;
}

function show(sending) {
  form.hidden = sending;
  part("sending").hidden = !sending;
  if (sending) part("sending-title").focus();
}

function tell(message) {
  part("problem").textContent = message;
  part("problem").hidden = message === "";
  if (message !== "") part("problem").focus();
}

function say(text) {
  part("sending-text").textContent = text;
  part("sending-status").textContent = text;
}

let saidTenth = -1;
function progress() {
  const { done, file } = upload;
  const percent = Math.floor((100 * done) / file.size);
  const text = fill(words.progress, {
    percent,
    done: (done / MB).toFixed(1),
    total: (file.size / MB).toFixed(1),
  });
  part("sending-progress").value = done / file.size;
  part("sending-text").textContent = text;
  // Read out now and then, not with every piece.
  if (Math.floor(percent / 10) === saidTenth) return;
  saidTenth = Math.floor(percent / 10);
  part("sending-status").textContent = text;
}

addEventListener("beforeunload", (event) => {
  if (upload !== null) event.preventDefault();
});
