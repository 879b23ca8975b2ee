// Felt redness and fear over the days, treatments as upright lines, and the same numbers as a table.

import { axis, colour, onThemeChange } from "../see/time_chart.js";

const DAY_S = 86400;
const data = JSON.parse(document.getElementById("felt-data").textContent);
const box = document.getElementById("felt-chart");
// Days are drawn at midnight of Greenwich, so that they are named there.
const day = new Intl.DateTimeFormat(document.documentElement.lang, { day: "numeric", month: "short", timeZone: "UTC" });
const readout = document.getElementById("felt-readout");

// Two entries of one day stand beside each other.
const times = [];
for (const number of data.days) {
  const at = number * DAY_S;
  const last = times[times.length - 1];
  times.push(last !== undefined && at <= last ? last + DAY_S / 8 : at);
}

function say(number) {
  if (number === null || number === undefined) return;
  const { words, redness, fear } = data;
  readout.textContent = `${data.dates[number]}: ${words.redness} ${redness[number] ?? "–"}, ${words.fear} ${fear[number] ?? "–"}`;
}

function series(label, name, dash) {
  const stroke = colour(name);
  const points = { show: true, size: 8, width: 2, fill: dash ? colour("--paper") : stroke, stroke };
  return { label, stroke, width: 2, dash, spanGaps: true, points };
}

function drawTreatments(plot) {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = colour("--ink");
  ctx.lineWidth = 2 * devicePixelRatio;
  for (const one of data.treatments) {
    const left = plot.valToPos(one.day * DAY_S, "x", true);
    if (left < bbox.left || left > bbox.left + bbox.width) continue;
    ctx.beginPath();
    ctx.moveTo(left, bbox.top);
    ctx.lineTo(left, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}

let plot = null;
function draw() {
  plot?.destroy();
  const ends = [times[0], times[times.length - 1], ...data.treatments.map((one) => one.day * DAY_S)];
  const [first, last] = [Math.min(...ends), Math.max(...ends)];
  const margin = Math.max((last - first) * 0.04, DAY_S);
  plot = new uPlot(
    {
      width: box.clientWidth,
      height: 280,
      legend: { show: false },
      cursor: { y: false, drag: { x: true, y: false } },
      scales: { x: { time: false, range: [first - margin, last + margin] }, y: { range: [0, 10.4] } },
      axes: [axis({ space: 80, incrs: [1, 2, 7, 14, 30, 61, 91, 183, 365, 730].map((days) => days * DAY_S), values: (_plot, ticks) => ticks.map((at) => day.format(at * 1000)) }), axis({ size: 34 })],
      series: [{}, series(data.words.redness, "--accent"), series(data.words.fear, "--left", [7, 5])],
      hooks: { drawClear: [drawTreatments], setCursor: [(one) => say(one.cursor.idx)] },
    },
    [times, data.redness, data.fear],
    box,
  );
}

const body = document.querySelector("#felt-table tbody");
for (let number = data.days.length - 1; number >= 0; number -= 1) {
  const row = body.insertRow();
  const name = document.createElement("th");
  name.scope = "row";
  name.textContent = data.dates[number];
  row.append(name);
  for (const value of [data.redness[number], data.fear[number]]) {
    const cell = row.insertCell();
    cell.className = "number";
    cell.textContent = value ?? "–";
  }
}
draw();
onThemeChange(draw);
new ResizeObserver(() => plot.setSize({ width: box.clientWidth, height: 280 })).observe(box);
