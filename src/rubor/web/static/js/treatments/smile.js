// A measured smile: how far both mouth corners moved over the film, and the change against the own baseline.

const { courses, change, words } = JSON.parse(document.getElementById("smile-chart-data").textContent);
const NS = "http://www.w3.org/2000/svg";

function svgIn(box, width, height) {
  const svg = document.createElementNS(NS, "svg");
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("class", "smile-svg");
  svg.setAttribute("aria-hidden", "true");
  box.replaceChildren(svg);
  return (name, attributes, text = "") => {
    const node = document.createElementNS(NS, name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    if (text) node.textContent = text;
    svg.append(node);
    return node;
  };
}

/** Whole steps that give about so many ticks. */
function ticks(low, high, about) {
  const step = [0.5, 1, 2, 5, 10, 20, 50].find((one) => (high - low) / one <= about) ?? 100;
  const found = [];
  for (let at = Math.ceil(low / step) * step; at <= high; at += step) found.push(at);
  return found;
}

const shown = (value) => String(value).replace("-", "−");

function drawCourse(box, course) {
  const width = Math.max(box.clientWidth, 280);
  const height = 250;
  const [left, right, top, bottom] = [36, 10, 10, 36];
  const add = svgIn(box, width, height);
  const last = course.time_s[course.time_s.length - 1];
  const high = Math.max(5, ...course.left_mm, ...course.right_mm) * 1.06;
  const low = Math.min(0, ...course.left_mm, ...course.right_mm);
  const x = (timeS) => left + ((timeS - course.time_s[0]) / (last - course.time_s[0])) * (width - left - right);
  const y = (mm) => top + ((high - mm) / (high - low)) * (height - top - bottom);
  for (const [from, to] of course.rest_s) {
    add("rect", { x: x(from), y: top, width: Math.max(x(to) - x(from), 1), height: height - top - bottom, class: "within" });
  }
  for (const [from, to, broadest] of course.smiles) {
    const mark = add("rect", { x: x(from), y: top, width: Math.max(x(to) - x(from), 2), height: height - top - bottom, "fill-opacity": broadest ? 0.35 : 0.12 });
    mark.style.fill = "var(--middle)";
  }
  for (const mm of ticks(low, high, 6)) {
    add("line", { x1: left, x2: width - right, y1: y(mm), y2: y(mm), class: "bar-grid" });
    add("text", { x: left - 7, y: y(mm) + 4, "text-anchor": "end" }, shown(mm));
  }
  for (const timeS of ticks(course.time_s[0], last, width / 90)) {
    add("text", { x: x(timeS), y: height - bottom + 17, "text-anchor": "middle" }, shown(timeS));
  }
  add("text", { x: width - right, y: height - 3, "text-anchor": "end" }, words.seconds);
  add("text", { x: left + 5, y: top + 12 }, words.mm);
  for (const side of ["left", "right"]) {
    const path = course.time_s.map((timeS, number) => `${number ? "L" : "M"}${x(timeS).toFixed(1)} ${y(course[`${side}_mm`][number]).toFixed(1)}`);
    add("path", { d: path.join(""), class: side, fill: "none", "stroke-width": 2, "stroke-dasharray": side === "left" ? "none" : "7 4" });
  }
}

function drawChange(box) {
  const width = Math.max(box.clientWidth, 280);
  const row = 52;
  const height = change.rows.length * row + 34;
  const margin = 14;
  const add = svgIn(box, width, height);
  const reach = Math.max(1.2 * change.noticeable, ...change.rows.flatMap((one) => [Math.abs(one.low), Math.abs(one.high)])) * 1.04;
  const x = (mm) => margin + ((mm + reach) / (2 * reach)) * (width - 2 * margin);
  const end = height - 30;
  add("rect", { x: x(-change.real), y: 0, width: x(change.real) - x(-change.real), height: end, class: "within" });
  for (const mm of [-change.noticeable, change.noticeable]) add("line", { x1: x(mm), x2: x(mm), y1: 0, y2: end, class: "notice" });
  add("line", { x1: x(0), x2: x(0), y1: 0, y2: end, class: "zero" });
  change.rows.forEach((one, number) => {
    const at = number * row + 33;
    add("text", { x: margin, y: at - 17 }, one.name);
    add("line", { x1: x(one.low), x2: x(one.high), y1: at, y2: at, class: `row-line ${one.key}` });
    add("circle", { cx: x(one.change), cy: at, r: 7, class: `row-dot ${one.key}` });
  });
  for (const mm of ticks(-reach, reach, width / 70)) add("text", { x: x(mm), y: height - 12, "text-anchor": "middle" }, shown(mm));
}

function whenSized(box, draw) {
  if (!box) return;
  let width = 0;
  new ResizeObserver(() => {
    if (box.clientWidth === width) return;
    width = box.clientWidth;
    draw();
  }).observe(box);
}

const course = document.getElementById("smile-course");
if (courses.length > 0) whenSized(course, () => drawCourse(course, courses[0]));
if (change) {
  const box = document.getElementById("smile-change");
  whenSized(box, () => drawChange(box));
}
