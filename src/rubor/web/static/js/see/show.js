// The page of one recording: curves and face map under one time.

import { LEAST_SHOWN, linesOf, look, placeOf, seriesOf, spansOf } from "./curves.js";
import { FaceMap } from "./face_map.js";
import { fillTable, onOpen } from "./tables.js";
import { TimeChart, clock, digitsOf, percent } from "./time_chart.js";

const { recording, words } = JSON.parse(document.getElementById("chart-data").textContent);
const $ = (id) => document.getElementById(id);
const box = $("see-charts");

async function load(url) {
  const answer = await fetch(url, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

try {
  const [curves, map] = await Promise.all([load(recording.curves), load(recording.face_map)]);
  begin(curves, map);
} catch (error) {
  const note = document.createElement("p");
  note.className = "note bad";
  note.textContent = words.failed;
  box.replaceChildren(note);
  throw error;
} finally {
  box.removeAttribute("aria-busy");
}

function begin(curves, map) {
  let measure = curves.measure;
  const face = new FaceMap($("face"), map, words);
  const dataOf = () => ({
    times: curves.time_s,
    series: seriesOf(curves, measure, words),
    spans: spansOf(curves, recording.steps, words),
    lines: linesOf(curves, recording.steps, words),
    leastShown: LEAST_SHOWN[measure],
  });
  let data = dataOf();
  const chart = new TimeChart($("chart"), data, (timeS) => goTo(timeS, "chart"));
  const slider = $("time");
  slider.max = String(curves.time_s.at(-1));
  slider.step = "0.5";

  function goTo(timeS, from) {
    const time = Math.min(Math.max(timeS, 0), Number(slider.max));
    if (from !== "chart") chart.setTime(time);
    if (from !== "slider") slider.value = String(time);
    face.setTime(time);
    slider.setAttribute("aria-valuetext", clock(time));
    $("now").textContent = clock(time);
    $("readout").textContent = reading(time);
    if ($("face-table").open) fillFace();
  }

  function reading(time) {
    const at = placeOf(curves.time_s, time);
    const parts = data.series
      .filter((one) => chart.shown.has(one.key))
      .map((one) => {
        const value = one.values[at];
        if (value === null) return `${one.label}: ${words.not_measured}`;
        const interval = one.low ? ` (${percent(one.low[at], digitsOf(measure))} – ${percent(one.high[at], digitsOf(measure))})` : "";
        return `${one.label}: ${percent(value, digitsOf(measure))}${interval}`;
      });
    return `${clock(time)} · ${parts.join(" · ")} · ${words[measure]}`;
  }

  // --- which curves
  const first = ["cheek_left", "cheek_right"].filter((key) => curves.series[key]);
  chart.shown = new Set(first.length ? first : Object.keys(curves.series).slice(0, 1));
  for (const one of data.series) {
    const label = document.createElement("label");
    label.className = "area-choice";
    const input = document.createElement("input");
    input.type = "checkbox";
    input.checked = chart.shown.has(one.key);
    input.addEventListener("change", () => {
      chart.show(one.key, input.checked);
      $("readout").textContent = reading(Number(slider.value));
      if ($("curve-table").open) fillCurves();
    });
    label.append(input, sample(one.key), document.createTextNode(one.label));
    $("areas").append(label);
  }
  chart.draw();

  const index = $("as-index");
  index.checked = measure === "erythema_index";
  index.disabled = curves.measure === "erythema_index";
  index.addEventListener("change", () => {
    measure = index.checked ? "erythema_index" : curves.measure;
    data = dataOf();
    chart.setData(data);
    goTo(Number(slider.value), "");
    if ($("curve-table").open) fillCurves();
  });

  // --- time
  slider.addEventListener("input", () => goTo(Number(slider.value), "slider"));
  $("zoom-in").addEventListener("click", () => chart.zoom(0.5));
  $("zoom-out").addEventListener("click", () => chart.zoom(2));
  $("zoom-all").addEventListener("click", () => chart.zoom(null));
  const play = $("play");
  let timer = null;
  const stop = () => {
    clearInterval(timer);
    timer = null;
    play.setAttribute("aria-pressed", "false");
    play.textContent = words.play;
  };
  play.addEventListener("click", () => {
    if (timer !== null) return stop();
    if (Number(slider.value) >= Number(slider.max) - 0.5) goTo(0, "");
    // A long recording is shown in about a minute.
    const stepS = Math.max(0.5, Number(slider.max) / 120);
    play.setAttribute("aria-pressed", "true");
    play.textContent = words.pause;
    $("readout").setAttribute("aria-live", "off");
    timer = setInterval(() => {
      const next = Number(slider.value) + stepS;
      goTo(next, "");
      if (next >= Number(slider.max)) stop();
    }, 250);
    return undefined;
  });
  play.addEventListener("blur", () => $("readout").setAttribute("aria-live", "polite"));

  // --- tables
  function fillCurves() {
    const shown = data.series.filter((one) => chart.shown.has(one.key));
    const rows = [];
    const stepS = Math.max(1, Math.ceil(Number(slider.max) / 300));
    for (let time = 0; time <= Number(slider.max); time += stepS) {
      const at = placeOf(curves.time_s, time);
      rows.push([
        clock(time),
        ...shown.flatMap((one) => [
          one.values[at] === null ? words.not_measured : percent(one.values[at], digitsOf(measure)),
          ...(one.low ? [one.low[at] === null ? "–" : `${percent(one.low[at], digitsOf(measure))} – ${percent(one.high[at], digitsOf(measure))}`] : []),
        ]),
      ]);
    }
    const header = shown.flatMap((one) => (one.low ? [one.label, words.interval] : [one.label]));
    fillTable($("curve-table").querySelector(".table-box"), words[measure], [words.time, ...header], rows);
  }
  function fillFace() {
    const [header, rows] = face.table();
    const caption = `${clock(Number(slider.value))} · ${words[map.measure]}`;
    fillTable($("face-table").querySelector(".table-box"), caption, header, rows);
  }
  onOpen($("curve-table"), fillCurves);
  onOpen($("face-table"), fillFace);

  // Begin where there is most to see.
  const strongest = [...curves.episodes].sort((one, other) => other.peak - one.peak)[0];
  goTo(strongest ? (strongest.plateau_start_s + strongest.plateau_end_s) / 2 : 0, "");
}

/** A short line in the look of a curve, for its checkbox. */
function sample(key) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 26 8");
  svg.setAttribute("class", "line-sample");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
  const { colour, dash, width } = look(key);
  for (const [name, value] of Object.entries({ x1: 1, x2: 25, y1: 4, y2: 4 })) line.setAttribute(name, value);
  line.setAttribute("stroke", `var(${colour})`);
  line.setAttribute("stroke-width", width ?? 2);
  if (dash) line.setAttribute("stroke-dasharray", dash.join(" "));
  svg.append(line);
  return svg;
}
