// What happened in a video and when, as marks on its own clock.

const choices = document.getElementById("happened");
const times = document.getElementById("times");
const video = document.getElementById("preview-video");
const SHOWN = {
  rest: ["quiet"],
  stimulus_start: ["quiet", "begins", "ends", "felt"],
};
const OTHERS = ["quiet", "begins", "felt"];

function chosen() {
  return choices.querySelector("input:checked").value;
}

function show() {
  const fields = SHOWN[chosen()] ?? OTHERS;
  times.hidden = chosen() === "";
  for (const box of times.querySelectorAll(".time")) box.hidden = !fields.includes(box.dataset.for);
}

choices.addEventListener("change", show);
show();

for (const button of document.querySelectorAll("[data-take]")) {
  button.addEventListener("click", () => {
    const second = Math.round(video.currentTime);
    const field = document.getElementById(button.dataset.take);
    field.value = `${Math.floor(second / 60)}:${String(second % 60).padStart(2, "0")}`;
  });
}

/** Offer the buttons that take the time shown only where a video is shown. */
export function canTakeTimes(can) {
  for (const button of document.querySelectorAll("[data-take]")) button.hidden = !can;
}

/** Seconds of a field such as 1:30; null where it is empty, NaN where it is no time. */
function seconds(id) {
  const field = document.getElementById(id);
  if (field.closest(".time").hidden || field.value.trim() === "") return null;
  const parts = field.value.trim().match(/^(?:(\d{1,3}):)?(\d{1,4}(?:[.,]\d+)?)$/);
  return parts ? 60 * Number(parts[1] ?? 0) + Number(parts[2].replace(",", ".")) : NaN;
}

/** The marks; throws an Error whose message names the sentence for what is wrong, with its `field`. */
export function readMarks() {
  const kind = chosen();
  if (kind === "") return [];
  const at = {};
  for (const id of ["quiet-from", "quiet-to", "begins", "ends", "felt"]) {
    at[id] = seconds(id);
    if (Number.isNaN(at[id])) throw wrong("bad_time", id);
  }
  if (kind === "rest" && at["quiet-to"] === null) throw wrong("needs_quiet", "quiet-to");
  if (kind !== "rest" && at.begins === null) throw wrong("needs_begin", "begins");
  const quietFrom = at["quiet-from"] ?? (at["quiet-to"] === null ? null : 0);
  const quietTo = at["quiet-to"] ?? (quietFrom === null ? null : at.begins);
  if (quietFrom !== null && quietTo <= quietFrom) throw wrong("wrong_order", "quiet-to");
  if (at.ends !== null && at.ends <= at.begins) throw wrong("wrong_order", "ends");
  const marks = [
    ["baseline_start", quietFrom],
    ["baseline_end", quietTo],
    [kind, kind === "rest" ? null : at.begins],
    ["stimulus_end", at.ends],
    ["felt", at.felt],
  ];
  return marks
    .filter(([, time]) => time !== null)
    .map(([name, time]) => ({ key: `said-${name}`, time_s: time, kind: name }));
}

function wrong(sentence, field) {
  return Object.assign(new Error(sentence), { field });
}
