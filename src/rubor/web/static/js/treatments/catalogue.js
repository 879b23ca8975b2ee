// Treatments beside each other: how long they last, mean reduction, share of people who improved, cost a year.
// Published figures are filled, claims of clinics hollow or dashed; the numbers are also in the table of the page.

const { rows, targets, words } = JSON.parse(document.getElementById("catalogue-data").textContent);
const box = document.getElementById("catalogue-figure");
const legend = document.getElementById("catalogue-legend");
const caption = document.getElementById("catalogue-caption");
const NS = "http://www.w3.org/2000/svg";
const HEIGHT = 34;
const EDGE = 16;

const DAYS = [[1 / 24, words.hour], [1, words.day], [7, words.week], [30.4, words.month], [365, words.year], [3650, words.ten_years]];
const PANELS = {
  duration: { title: words.duration, log: true, from: 1 / 48, to: 8000, ticks: DAYS },
  mean_reduction: { title: words.mean_reduction, from: 0, to: 1, ticks: [0, 0.25, 0.5, 0.75, 1].map((one) => [one, `${one * 100} %`]) },
  responders: { title: words.responders, from: 0, to: 1, ticks: [0, 0.25, 0.5, 0.75, 1].map((one) => [one, `${one * 100} %`]) },
  cost: { title: words.cost, log: true, from: 5, to: 5000, ticks: [10, 100, 1000].map((one) => [one, String(one)]) },
};
const SHAPES = {
  blush: (x, y) => ["circle", { cx: x, cy: y, r: 6 }],
  flush: (x, y) => ["rect", { x: x - 5.5, y: y - 5.5, width: 11, height: 11 }],
  resting_redness: (x, y) => ["polygon", { points: `${x},${y - 7} ${x + 7},${y + 5.5} ${x - 7},${y + 5.5}` }],
  visible_vessels: (x, y) => ["polygon", { points: `${x},${y - 7.5} ${x + 7.5},${y} ${x},${y + 7.5} ${x - 7.5},${y}` }],
  fear: (x, y) => ["polygon", { points: `${x},${y + 7} ${x + 7},${y - 5.5} ${x - 7},${y - 5.5}` }],
  all: (x, y) => ["rect", { x: x - 1.5, y: y - 9, width: 3, height: 18 }],
};

function node(parent, name, attributes, text = "") {
  const made = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text) made.textContent = text;
  parent.append(made);
  return made;
}

function svgIn(parent, width, height) {
  return node(parent, "svg", { viewBox: `0 0 ${width} ${height}`, width, height, preserveAspectRatio: "none" });
}

function rowIn(name) {
  const row = document.createElement("div");
  row.className = "bar-row";
  const label = document.createElement("span");
  label.className = "bar-name";
  label.textContent = name;
  const cell = document.createElement("div");
  row.append(label, cell);
  box.append(row);
  return cell;
}

function draw() {
  const kind = document.querySelector('[name="panel"]:checked').value;
  const panel = PANELS[kind];
  box.replaceChildren();
  const first = rowIn("");
  const width = Math.max(first.clientWidth, 200);
  const scale = panel.log ? Math.log : (value) => value;
  const [low, high] = [scale(panel.from), scale(panel.to)];
  const x = (value) => EDGE + ((Math.min(Math.max(scale(Math.max(value, panel.from)), low), high) - low) / (high - low)) * (width - 2 * EDGE);
  const axis = () => {
    const svg = svgIn(first, width, 18);
    svg.setAttribute("aria-hidden", "true");
    let end = -Infinity;
    for (const [value, label] of panel.ticks) {
      const at = x(value);
      const half = label.length * 3.6;
      if (at - half < end + 6 || at - half < -EDGE) continue;
      node(svg, "text", { x: at, y: 13, "text-anchor": "middle" }, label);
      end = at + half;
    }
  };
  first.parentElement.classList.add("bar-axis");
  axis();
  for (const row of rows) {
    const svg = svgIn(rowIn(row.title), width, HEIGHT);
    const marks = row[kind];
    svg.setAttribute("role", "img");
    svg.setAttribute("tabindex", "0");
    const said = marks.map((one) => `${one.text} (${one.claimed ? words.claimed : words.published})`).join("; ");
    svg.setAttribute("aria-label", `${row.title}: ${said || words.not_known}`);
    const say = () => { caption.textContent = `${row.title}: ${said || words.not_known}`; };
    svg.addEventListener("pointerenter", say);
    svg.addEventListener("focus", say);
    for (const [value] of panel.ticks) node(svg, "line", { x1: x(value), x2: x(value), y1: 0, y2: HEIGHT, class: "bar-grid" });
    if (marks.length === 0) node(svg, "text", { x: EDGE + 4, y: HEIGHT / 2 + 5, class: "bar-none" }, words.not_known);
    marks.forEach((one) => drawMark(svg, one, kind, x));
  }
  drawLegend(kind);
  caption.textContent = panel.title;
}

function drawMark(svg, one, kind, x) {
  const target = one.target ?? "all";
  const claimed = one.claimed ? " claimed" : "";
  const y = HEIGHT / 2 + (one.claimed ? 8 : -4);
  const group = node(svg, "g", { class: `t-${target}` });
  node(group, "title", {}, `${one.text} (${one.claimed ? words.claimed : words.published})`);
  if (kind === "duration") {
    node(group, "line", { x1: x(one.low), x2: Math.max(x(one.high), x(one.low) + 0.5), y1: y, y2: y, class: `bar-span${claimed}` });
    return;
  }
  if (one.low !== null) node(group, "line", { x1: x(one.low), x2: x(one.high), y1: y, y2: y, class: `bar-line${claimed}` });
  const [name, attributes] = SHAPES[target](x(one.value), y);
  node(group, name, { ...attributes, class: `bar-mark${claimed}` });
}

function drawLegend(kind) {
  const drawn = rows.flatMap((row) => row[kind]);
  legend.replaceChildren();
  const add = (text, paint) => {
    const item = document.createElement("li");
    const svg = node(item, "svg", { viewBox: "0 0 18 16", "aria-hidden": "true" });
    paint(svg);
    item.append(text);
    legend.append(item);
  };
  for (const target of Object.keys(targets)) {
    if (!drawn.some((one) => one.target === target)) continue;
    const [name, attributes] = SHAPES[target](9, 8);
    add(targets[target], (svg) => node(node(svg, "g", { class: `t-${target}` }), name, { ...attributes, class: "bar-mark" }));
  }
  for (const claimed of [false, true]) {
    if (!drawn.some((one) => one.claimed === claimed)) continue;
    add(claimed ? words.claimed : words.published, (svg) => {
      const group = node(svg, "g", { class: "t-all" });
      const more = claimed ? " claimed" : "";
      if (kind === "duration") node(group, "line", { x1: 5, x2: 13, y1: 8, y2: 8, class: `bar-span${more}` });
      else node(group, "circle", { cx: 9, cy: 8, r: 5, class: `bar-mark${more}` });
    });
  }
}

for (const choice of document.querySelectorAll('[name="panel"]')) choice.addEventListener("change", draw);
let width = 0;
new ResizeObserver(() => {
  if (box.clientWidth === width) return;
  width = box.clientWidth;
  draw();
}).observe(box);
