// Responses over time: a dot and its interval for each recording, treatments as lines, diary marks below.

/* global uPlot */

import { fillTable, onOpen } from "./tables.js";
import { axis, colour, onThemeChange, percent } from "./time_chart.js";

const data = JSON.parse(document.getElementById("chart-data").textContent);
const $ = (id) => document.getElementById(id);
const box = $("chart");
const { points, words } = data;
const LOOK = {
  whole: { colour: "--ink", shape: "round", shift: 0 },
  right: { colour: "--right", shape: "square", shift: -4 },
  left: { colour: "--left", shape: "round", shift: 4 },
};
const MARKS = { "side-effect": "triangle", blush: "diamond" };

let plot = null;
let chosen = points.length - 1;
let sides = ["whole"];

const day = 86400;
const times = points.map((one) => one.at);
const all = [...times, ...data.treatments.map((one) => one.at), ...data.entries.map((one) => one.at)];
const first = Math.min(...all) - 3 * day;
const last = Math.max(...all) + 3 * day;

function draw() {
  plot?.destroy();
  const columns = sides.map((side) => points.map((one) => one[side]?.[0] ?? null));
  const ends = points.flatMap((one) => sides.flatMap((side) => one[side] ?? []));
  const low = Math.min(0, ...ends);
  const high = Math.max(20, ...ends);
  const room = (high - low) * 0.14;
  plot = new uPlot(
    {
      width: box.clientWidth,
      height: box.clientWidth < 560 ? 280 : 340,
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, y: false, points: { show: false } },
      scales: { x: { time: true, range: [first, last] }, y: { range: [low - room, high + room / 2] } },
      axes: [
        axis({ space: 70, values: (_plot, ticks) => dates(ticks) }),
        axis({ values: (_plot, ticks) => ticks.map((tick) => percent(tick)), size: 62 }),
      ],
      series: [{}, ...sides.map(() => ({ stroke: "transparent", width: 0, points: { show: false } }))],
      hooks: { draw: [paint] },
    },
    [times, ...columns],
    box,
  );
  plot.over.addEventListener("mousemove", (event) => choose(nearest(event.offsetX)));
  plot.over.addEventListener("click", (event) => {
    const found = nearest(event.offsetX);
    if (Math.abs(plot.valToPos(times[found], "x") - event.offsetX) < 14) location.href = points[found].url;
  });
}

/** Days within a few months, months and years beyond. */
function dates(ticks) {
  const fine = ticks.length > 1 && ticks[1] - ticks[0] < 27 * day;
  let year = null;
  return ticks.map((tick) => {
    const at = new Date(tick * 1000);
    const text = fine ? `${at.getDate()} ${data.months[at.getMonth()]}` : data.months[at.getMonth()];
    const shown = at.getFullYear() === year ? text : `${text}\n${at.getFullYear()}`;
    year = at.getFullYear();
    return shown;
  });
}

function nearest(place) {
  let best = 0;
  times.forEach((time, at) => {
    const away = (one) => Math.abs(plot.valToPos(times[one], "x") - place);
    if (away(at) < away(best)) best = at;
  });
  return best;
}

function paint(u) {
  const { ctx, bbox } = u;
  const unit = devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top - 2, bbox.width, bbox.height + 4);
  ctx.clip();
  ctx.font = `${12 * unit}px system-ui, sans-serif`;
  const zero = u.valToPos(0, "y", true);
  line(ctx, bbox.left, zero, bbox.left + bbox.width, zero, colour("--line-strong"), unit, []);
  for (const one of data.treatments) {
    const x = u.valToPos(one.at, "x", true);
    line(ctx, x, bbox.top, x, bbox.top + bbox.height, colour("--middle"), 2 * unit, [7 * unit, 4 * unit]);
    ctx.fillStyle = colour("--middle");
    const room = ctx.measureText(one.title).width + 8 * unit;
    const onRight = x + room < bbox.left + bbox.width;
    if (!onRight && x - room < bbox.left) continue; // the list below names it
    ctx.textAlign = onRight ? "left" : "right";
    ctx.textBaseline = "top";
    ctx.fillText(one.title, x + (onRight ? 5 : -5) * unit, bbox.top + 4 * unit);
  }
  for (const one of data.entries) {
    const kind = MARKS[one.kind];
    if (!kind) continue;
    const x = u.valToPos(one.at, "x", true);
    const y = bbox.top + bbox.height - (kind === "triangle" ? 8 : 22) * unit;
    ctx.fillStyle = colour(kind === "triangle" ? "--care" : "--accent");
    shape(ctx, kind, x, y, 5 * unit);
    ctx.fill();
  }
  points.forEach((one, at) => {
    for (const side of sides) {
      if (!one[side]) continue;
      const look = LOOK[side];
      const [value, low, high] = one[side].map((number) => u.valToPos(number, "y", true));
      const x = u.valToPos(one.at, "x", true) + look.shift * unit;
      const hue = colour(look.colour);
      line(ctx, x, low, x, high, hue, 1.5 * unit, []);
      shape(ctx, look.shape, x, value, (at === chosen ? 7 : 4.5) * unit);
      ctx.fillStyle = one.good ? hue : colour("--paper");
      ctx.fill();
      ctx.strokeStyle = hue;
      ctx.lineWidth = 1.5 * unit;
      ctx.stroke();
    }
  });
  ctx.restore();
}

function line(ctx, x1, y1, x2, y2, stroke, width, dash) {
  ctx.strokeStyle = stroke;
  ctx.lineWidth = width;
  ctx.setLineDash(dash);
  ctx.beginPath();
  ctx.moveTo(x1, y1);
  ctx.lineTo(x2, y2);
  ctx.stroke();
  ctx.setLineDash([]);
}

function shape(ctx, kind, x, y, size) {
  ctx.beginPath();
  if (kind === "round") ctx.arc(x, y, size, 0, 2 * Math.PI);
  else if (kind === "square") ctx.rect(x - size, y - size, 2 * size, 2 * size);
  else {
    const corners =
      kind === "triangle"
        ? [[0, -1.2], [1.1, 0.9], [-1.1, 0.9]]
        : [[0, -1.2], [1, 0], [0, 1.2], [-1, 0]];
    corners.forEach(([dx, dy], at) => ctx[at ? "lineTo" : "moveTo"](x + dx * size, y + dy * size));
    ctx.closePath();
  }
}

/** A response with its interval. */
function reading(numbers) {
  if (!numbers) return "–";
  const [value, low, high] = numbers.map((number) => percent(number, data.digits));
  return `${value} (${low} – ${high})`;
}

function choose(at) {
  chosen = Math.min(Math.max(at, 0), points.length - 1);
  const one = points[chosen];
  const parts = sides
    .filter((side) => one[side])
    .map((side) => `${words[side]}: ${reading(one[side])}`);
  const link = document.createElement("a");
  link.href = one.url;
  link.textContent = words.open;
  const text = [one.day, one.title, one.good ? "" : words.doubtful, ...parts].filter(Boolean).join(" · ");
  $("readout").replaceChildren(document.createTextNode(`${text} `), link);
  $("earlier").disabled = chosen === 0;
  $("later").disabled = chosen === points.length - 1;
  plot.redraw(false);
}

for (const input of document.querySelectorAll('input[name="sides"]')) {
  input.addEventListener("change", () => {
    sides = input.value === "whole" ? ["whole"] : ["right", "left"];
    for (const key of document.querySelectorAll("[data-for]")) key.hidden = key.dataset.for !== input.value;
    draw();
    choose(chosen);
  });
}
$("earlier").addEventListener("click", () => choose(chosen - 1));
$("later").addEventListener("click", () => choose(chosen + 1));
new ResizeObserver(() => {
  if (plot && box.clientWidth !== plot.width) plot.setSize({ width: box.clientWidth, height: plot.height });
}).observe(box);
onOpen($("response-table"), () => {
  const sides = ["whole", "right", "left"];
  const rows = [...points].reverse().map((one) => [
    [one.day, one.title, one.good ? "" : words.doubtful].filter(Boolean).join(" · "),
    ...sides.map((side) => reading(one[side])),
  ]);
  const header = [words.recording, ...sides.map((side) => words[side])];
  fillTable($("response-table").querySelector(".table-box"), words.unit, header, rows);
});
onThemeChange(draw);
draw();
choose(chosen);
