// The page on which a file is handed in, on the computer or on a phone.

import { Refused, send } from "../http.js";
import { FileChanged, FileUpload, fingerprint } from "./file-upload.js";
import { canTakeTimes, readMarks } from "./happened.js";
import { readConditions } from "./medicines.js";

const { begin, source, most_bytes: mostBytes, words } = JSON.parse(
  document.getElementById("upload-data").textContent,
);
const part = (id) => document.getElementById(id);
const form = part("hand-in");
const MB = 1e6;
let upload = null;
let preview = null;

const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);

function tell(message, field = null) {
  part("problem").textContent = message;
  part("problem").hidden = message === "";
  if (message === "") return;
  (field ?? part("problem")).focus();
  part("problem").scrollIntoView({ block: "nearest" });
}

// --- the file

part("file").addEventListener("change", () => {
  const [file] = part("file").files;
  tell("");
  if (preview) URL.revokeObjectURL(preview);
  part("preview").hidden = !file;
  if (!file) return;
  const at = new Date(file.lastModified);
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60000);
  part("recorded-at").value = local.toISOString().slice(0, 16);
  preview = URL.createObjectURL(file);
  const photo = file.type.startsWith("image/");
  const [shown, other] = photo
    ? [part("preview-photo"), part("preview-video")]
    : [part("preview-video"), part("preview-photo")];
  other.hidden = true;
  other.removeAttribute("src");
  shown.src = preview;
  shown.hidden = false;
  part("preview-none").hidden = true;
  canTakeTimes(false);
});

part("preview-video").addEventListener("loadedmetadata", () => canTakeTimes(true));
for (const shown of [part("preview-video"), part("preview-photo")]) {
  shown.addEventListener("error", () => {
    if (!shown.hasAttribute("src")) return;
    shown.hidden = true;
    part("preview-none").textContent = words.no_preview;
    part("preview-none").hidden = false;
  });
}
canTakeTimes(false);

// --- handing in

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  tell("");
  const said = read();
  if (said === null) return;
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  try {
    await handIn(...said);
  } catch (error) {
    stop(error);
  } finally {
    button.disabled = false;
  }
});

/** File, announcement and marks; null where something is missing, which was told then. */
function read() {
  const [file] = part("file").files;
  const data = new FormData(form);
  const problem = (sentence, field) => {
    tell(fill(words[sentence], { most: Math.round(mostBytes / 1024 ** 3) }), field);
    return null;
  };
  if (!file) return problem("no_file", part("file"));
  if (file.size === 0) return problem("empty", part("file"));
  if (file.size > mostBytes) return problem("too_large", part("file"));
  const mirrored = form.querySelector('[name="mirrored"]:checked');
  if (!mirrored) {
    const first = form.querySelector('[name="mirrored"]');
    tell(words.no_mirrored, first);
    return null;
  }
  const tone = form.querySelector('[name="skin_tone"]');
  if (tone && !data.get("skin_tone")) return problem("no_tone", tone);
  let marks;
  try {
    marks = readMarks();
  } catch (error) {
    return problem(error.message, part(error.field));
  }
  const at = data.get("recorded_at");
  const announced = {
    source,
    file_name: file.name,
    media_type: file.type,
    bytes: file.size,
    mirrored: { yes: true, no: false, unknown: null }[mirrored.value],
    skin_tone: data.get("skin_tone") ?? "",
    recorded_at: at ? new Date(at).toISOString() : "",
    title: data.get("title"),
    conditions: readConditions(form),
    ...(data.has("keep_video") ? { keep_video: data.get("keep_video") === "on" } : {}),
  };
  return [file, announced, marks];
}

async function handIn(file, announced, marks) {
  show("sending");
  part("sending-name").textContent = file.name;
  status(words.reading);
  let sum;
  try {
    sum = await fingerprint(file);
  } catch {
    throw new FileChanged();
  }
  const begun = await send("POST", begin, { ...announced, fingerprint: sum });
  if (begun.state !== "receiving") {
    end(words.there_already, begun.urls.page);
    return;
  }
  upload = new FileUpload(file, begun);
  upload.addEventListener("progress", progress);
  upload.addEventListener("lost", () => note(words.lost));
  upload.addEventListener("back", () => note(""));
  if (begun.bytes > 0) status(words.gone_on);
  progress();
  if (marks.length > 0) await upload.persist(() => send("POST", begun.urls.marks, { marks }));
  let ended;
  do {
    await upload.run();
    part("pause").hidden = true;
    status(words.checking);
    ended = await upload.finish();
    if ("next_chunk" in ended) Object.assign(upload, { next: ended.next_chunk, done: ended.bytes });
  } while (!("page" in ended));
  upload = null;
  end(words.done, ended.page);
}

function end(message, page) {
  if (source === "phone") {
    show("done");
    part("done-title").textContent = message;
    part("done-link").href = page;
    part("done-title").focus();
  } else {
    upload = null;
    location.assign(page);
  }
}

function stop(error) {
  upload = null;
  show("form");
  if (error instanceof FileChanged) return tell(words.changed, part("file"));
  if (error instanceof Refused) {
    const unexplained = !error.body.message;
    return tell(unexplained ? words.load_again : `${error.message} ${error.cure}`);
  }
  if (error instanceof TypeError) return tell(words.lost_before);
  tell(words.load_again);
  throw error;
}

// --- what is shown

function show(which) {
  form.hidden = which !== "form";
  part("sending").hidden = which !== "sending";
  part("done").hidden = which !== "done";
  part("pause").hidden = false;
  part("go-on").hidden = true;
  note("");
  if (which === "sending") part("sending-title").focus();
}

function note(text) {
  part("sending-state").textContent = text;
  part("sending-state").hidden = text === "";
  if (text !== "") status(text);
}

let saidTenth = -1;
function status(text) {
  part("sending-status").textContent = text;
  if (upload === null) part("sending-text").textContent = text;
}

function progress() {
  const { done, file, leftS } = upload;
  const percent = Math.floor((100 * done) / file.size);
  const text = fill(words.progress, {
    percent,
    done: (done / MB).toFixed(1),
    total: (file.size / MB).toFixed(1),
  });
  part("sending-progress").value = done / file.size;
  part("sending-text").textContent = text;
  const minutes = leftS !== null && leftS > 90;
  part("sending-left").textContent =
    leftS === null || done === file.size
      ? ""
      : fill(minutes ? words.minutes_left : words.seconds_left, {
          count: Math.ceil(minutes ? leftS / 60 : leftS),
        });
  // Read out now and then, not with every piece.
  if (Math.floor(percent / 10) !== saidTenth) {
    saidTenth = Math.floor(percent / 10);
    part("sending-status").textContent = text;
  }
}

part("pause").addEventListener("click", () => {
  upload?.pause();
  note(words.paused);
  part("pause").hidden = true;
  part("go-on").hidden = false;
  part("go-on").focus();
});

part("go-on").addEventListener("click", () => {
  upload?.goOn();
  note("");
  part("go-on").hidden = true;
  part("pause").hidden = false;
  part("pause").focus();
});

addEventListener("beforeunload", (event) => {
  if (upload !== null) event.preventDefault();
});
