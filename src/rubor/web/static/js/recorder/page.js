// The recording page: one step after the other, from what will happen to what was recorded.

import { settingsToStore } from "./camera.js";
import { Store } from "./chunks.js";
import { announce, data, one, showStep, trouble, word } from "./dom.js";
import { clockText } from "./protocol.js";
import { sendLeftovers } from "./sender.js";
import { Session } from "./session.js";
import { SetUp } from "./set-up.js";
import { send } from "../http.js";
import { readConditions } from "../recordings/medicines.js";

const form = one("#conditions");
const video = one("#preview");
const setUp = new SetUp(video);
let store;
let session;
let settled = "";

function chosenTask() {
  return new FormData(form).get("task");
}

function conditions() {
  const written = readConditions(form);
  const { ok, message, camera } = setUp.pathCheck;
  const doubt = ok ? "" : word("path_noted", { reason: message || camera.message || "" });
  return { ...written, note: [written.note.trim(), settled, doubt].filter(Boolean).join(" ") };
}

function beginning() {
  const said = new FormData(form);
  return {
    source: "browser",
    file_name: "",
    media_type: "video/webm",
    bytes: null,
    mirrored: false,
    skin_tone: data.skin_tone,
    keep_video: said.get("keep_video") === "on",
    recorded_at: new Date().toISOString(),
    title: "",
    protocol: { version: data.version, task: chosenTask(), audience: said.get("audience") === "yes" },
    conditions: conditions(),
    camera_settings: settingsToStore(setUp.camera),
    path_check: setUp.pathCheck,
  };
}

// --- what will happen, then what to prepare

one("#agree").addEventListener("submit", (event) => {
  event.preventDefault();
  showStep("prepare");
});

function showTask() {
  const task = chosenTask();
  for (const part of document.querySelectorAll("[data-for-task]")) part.hidden = part.dataset.forTask !== task;
}
form.addEventListener("change", showTask);
showTask();

one("#own-film-file").addEventListener("change", (event) => {
  const [file] = event.target.files;
  if (file) one("#own-film").src = URL.createObjectURL(file);
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const tone = new FormData(form).get("skin_tone");
  if (tone) {
    try {
      data.skin_tone = (await send("POST", data.urls.skin_tone, { skin_tone: tone })).skin_tone;
    } catch (error) {
      trouble(one("#prepare-trouble"), error.cure === undefined ? word("waiting_for_app") : error.message, error.cure);
      return;
    }
  }
  showStep("camera");
});

// --- the camera

one("#camera-on").addEventListener("click", async (event) => {
  event.target.disabled = true;
  const runs = await setUp.open();
  event.target.disabled = false;
  one("#camera-off-part").hidden = runs;
  one("#camera-part").hidden = !runs;
  if (runs) showStep("camera");
});

one("#camera-go").addEventListener("click", () => {
  setUp.rest();
  const first = data.steps[0];
  if (first.recorded) record();
  else settle(first);
});

// --- settling in

function settle(step) {
  showStep("acclimatise");
  const until = performance.now() + step.duration_s * 1000;
  const show = () => {
    const left = (until - performance.now()) / 1000;
    one("#settle-countdown").textContent = clockText(left);
    one("#settle-progress").value = step.duration_s - left;
    if (left <= 0) go("");
  };
  one("#settle-progress").max = step.duration_s;
  const timer = setInterval(show, 500);
  show();
  const go = (note) => {
    clearInterval(timer);
    settled = note;
    record();
  };
  one("#settle-skip").onclick = () => {
    const minutes = Math.round((step.duration_s - (until - performance.now()) / 1000) / 60);
    go(one("#settle-skip").dataset.note.replace("{minutes}", minutes));
  };
}

// --- recording

async function record() {
  video.classList.add("away");
  video.setAttribute("aria-hidden", "true");
  one("#content").append(video);
  showStep("session");
  try {
    await session.start(beginning(), chosenTask());
  } catch (error) {
    setUp.close();
    showStep("finished");
    failed(`${word("recorder_failed", { reason: error.name })}`);
  }
}

const waiting = (reason) => {
  const box = one("#waiting");
  box.hidden = false;
  box.textContent = typeof reason === "string" ? word(reason) : `${reason.message} ${reason.cure}`;
};

function failed(message, cure = "") {
  one("#sending").hidden = true;
  one("#waiting").hidden = true;
  trouble(one("#sending-trouble"), message, cure);
}

const events = {
  onWaiting: waiting,
  onWell: () => { one("#waiting").hidden = true; },
  onProgress: ({ sent, made }) => {
    one("#sending-progress").max = made;
    one("#sending-progress").value = sent;
    one("#sending-share").textContent = word("sending", { share: Math.round((100 * sent) / made) });
  },
  onStopped: ({ stoppedEarly, reason }) => {
    showStep("finished");
    one("#stopped-early").hidden = !stoppedEarly;
    trouble(one("#stopped-reason"), reason);
  },
  onEnd: (answer) => {
    if (answer?.error) {
      failed(answer.error.message, answer.error.cure);
      return;
    }
    one("#sending").hidden = true;
    one("#sent").hidden = false;
    announce(word("sent"));
    if (answer) one("#sent-link").href = answer.page;
    else one("#sent-part").hidden = true;
  },
};

// --- what an earlier visit left behind

async function start() {
  try {
    store = await Store.open();
  } catch {
    trouble(one("#start-trouble"), word("no_space"), word("no_space_cure"));
    one("#agree button").disabled = true;
    return;
  }
  session = new Session(store, setUp, events);
  document.documentElement.dataset.recorder = "ready";
  const box = one("#leftover");
  await sendLeftovers(store, data.person, {
    found: () => { box.hidden = false; box.textContent = box.dataset.sending; },
    done: () => { box.textContent = box.dataset.sent; },
    failed: (_row, error) => { box.textContent = `${error.message} ${error.cure ?? ""}`; },
    events: { onWaiting: (reason) => { box.textContent = typeof reason === "string" ? word(reason) : `${reason.message} ${reason.cure}`; } },
  });
}
start();
