// Two recordings on one time axis, and their face maps at the same moment of it.

import { LEAST_SHOWN, placeOf } from "./curves.js";
import { FaceMap, inPercent } from "./face_map.js";
import { fillTable, onOpen } from "./tables.js";
import { TimeChart, clock, digitsOf, percent } from "./time_chart.js";

const { both, words } = JSON.parse(document.getElementById("chart-data").textContent);
const $ = (id) => document.getElementById(id);
const box = $("compare-charts");
const LOOK = [{ colour: "--ink", width: 2.5 }, { colour: "--accent", width: 2.5, dash: [9, 4] }];

async function load(url) {
  const answer = await fetch(url, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

try {
  const loaded = await Promise.all(
    both.flatMap((one) => [load(one.curves), load(one.face_map)]),
  );
  begin([loaded[0], loaded[2]], [loaded[1], loaded[3]]);
} catch (error) {
  const note = document.createElement("p");
  note.className = "note bad";
  note.textContent = words.failed;
  box.replaceChildren(note);
  throw error;
} finally {
  box.removeAttribute("aria-busy");
}

function begin(curves, maps) {
  // Two measures cannot share an axis; the index is always there.
  const measure = curves[0].measure === curves[1].measure ? curves[0].measure : "erythema_index";
  const align = $("align");
  for (const option of align.options) {
    option.disabled = both.some((one) => one.moments[option.value] === null);
  }
  align.value = [...align.options].find((option) => !option.disabled).value;
  const area = $("area");
  for (const key of Object.keys(curves[0].series).filter((name) => curves[1].series[name])) {
    area.add(new Option(words.areas[key] ?? key, key));
  }
  const limit = maps[0].measure === maps[1].measure ? Math.max(maps[0].limit, maps[1].limit) : undefined;
  const faces = maps.map((map, at) => new FaceMap($(at ? "face-b" : "face-a"), map, words, limit));
  const shifts = () => both.map((one) => one.moments[align.value]);
  let data = dataOf();
  const chart = new TimeChart($("chart"), data, (timeS) => goTo(timeS, "chart"));
  chart.shown = new Set(["A", "B"]);
  chart.draw();
  const slider = $("time");

  // Both on one grid of times, counted from the matched moment.
  function dataOf() {
    const shift = shifts();
    const first = Math.min(...curves.map((one, at) => one.time_s[0] - shift[at]));
    const last = Math.max(...curves.map((one, at) => one.time_s.at(-1) - shift[at]));
    const stepS = (last - first) / 600;
    const times = Array.from({ length: 601 }, (_one, at) => first + at * stepS);
    const series = curves.map((one, number) => {
      const chosen = one.series[area.value];
      const at = (values) =>
        times.map((time) => {
          const own = time + shift[number];
          if (own < one.time_s[0] || own > one.time_s.at(-1)) return null;
          return inPercent(values[placeOf(one.time_s, own)], measure);
        });
      return {
        key: "AB"[number],
        label: "AB"[number],
        ...LOOK[number],
        values: at(chosen[measure]),
        ...(measure === "blood_change" ? { low: at(chosen.low), high: at(chosen.high) } : {}),
      };
    });
    const lines = curves.flatMap((one, number) =>
      one.marks
        .filter((mark) => mark.kind === "felt")
        .map((mark) => ({
          at: mark.time_s - shift[number],
          label: `${"AB"[number]}: ${words.marks.felt}`,
          colour: LOOK[number].colour,
        })),
    );
    lines.push({ at: 0, colour: "--line-strong", strong: true });
    return { times, series, spans: [], lines, leastShown: LEAST_SHOWN[measure] };
  }

  function goTo(timeS, from) {
    const time = Math.min(Math.max(timeS, Number(slider.min)), Number(slider.max));
    if (from !== "chart") chart.setTime(time);
    if (from !== "slider") slider.value = String(time);
    const shift = shifts();
    faces.forEach((face, at) => face.setTime(time + shift[at]));
    slider.setAttribute("aria-valuetext", clock(time));
    $("now").textContent = clock(time);
    const at = placeOf(data.times, time);
    const parts = data.series.map((one) => `${one.label}: ${reading(one, at)}`);
    $("readout").textContent = `${clock(time)} · ${parts.join(" · ")} · ${words[measure]}`;
    if ($("face-table").open) fillFaces();
  }

  function reading(one, at) {
    if (one.values[at] === null) return words.not_measured;
    const interval = one.low ? ` (${percent(one.low[at], digitsOf(measure))} – ${percent(one.high[at], digitsOf(measure))})` : "";
    return `${percent(one.values[at], digitsOf(measure))}${interval}`;
  }

  function redraw() {
    data = dataOf();
    chart.range = null;
    slider.min = String(Math.ceil(data.times[0] * 2) / 2);
    slider.max = String(Math.floor(data.times.at(-1) * 2) / 2);
    chart.setData(data);
    goTo(Number(slider.value), "");
    if ($("curve-table").open) fillCurves();
  }

  function fillCurves() {
    const stepS = Math.max(1, Math.ceil((data.times.at(-1) - data.times[0]) / 300));
    const rows = [];
    for (let time = Math.ceil(data.times[0]); time <= data.times.at(-1); time += stepS) {
      const at = placeOf(data.times, time);
      rows.push([clock(time), ...data.series.map((one) => reading(one, at))]);
    }
    const caption = `${area.selectedOptions[0].text} · ${words[measure]}`;
    fillTable($("curve-table").querySelector(".table-box"), caption, [words.time, "A", "B"], rows);
  }

  function fillFaces() {
    const [[part, change, noise], first] = faces[0].table();
    const second = faces[1].table()[1];
    const rows = first.map((row, at) => [row[0], row[1], row[2], second[at][1], second[at][2]]);
    const header = [part, `A: ${change}`, `A: ${noise}`, `B: ${change}`, `B: ${noise}`];
    fillTable($("face-table").querySelector(".table-box"), $("now").textContent, header, rows);
  }

  align.addEventListener("change", redraw);
  area.addEventListener("change", redraw);
  slider.addEventListener("input", () => goTo(Number(slider.value), "slider"));
  $("zoom-in").addEventListener("click", () => chart.zoom(0.5));
  $("zoom-out").addEventListener("click", () => chart.zoom(2));
  $("zoom-all").addEventListener("click", () => chart.zoom(null));
  onOpen($("curve-table"), fillCurves);
  onOpen($("face-table"), fillFaces);
  redraw();
  const strongest = [...curves[0].episodes].sort((one, other) => other.peak - one.peak)[0];
  goTo(strongest ? (strongest.plateau_start_s + strongest.plateau_end_s) / 2 - shifts()[0] : 0, "");
}
