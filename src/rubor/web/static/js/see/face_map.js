// The face as an onlooker sees it, each part coloured by its change from rest; the person's left is on the right.

import { clock, digitsOf, percent } from "./time_chart.js";

const SVG = "http://www.w3.org/2000/svg";
let drawn = 0;

function make(name, attributes, parent) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  parent?.append(element);
  return element;
}

const ring = (points) => `M${points.map((point) => point.join(" ")).join("L")}Z`;

/** A change of ln blood, or of log10(R/G), in percent. */
export function inPercent(value, measure) {
  if (value === null || value === undefined) return null;
  return 100 * ((measure === "blood_change" ? Math.exp(value) : 10 ** value) - 1);
}

export class FaceMap {
  /**
   * @param {HTMLElement} box
   * @param {object} map what face-map.json holds
   * @param {object} words texts of the page
   * @param {number} limit where the scale ends; that of the map itself unless two share one
   */
  constructor(box, map, words, limit = map.limit) {
    this.map = map;
    this.words = words;
    this.limit = limit;
    this.id = `face-${(drawn += 1)}`;
    const [x, y, width, height] = map.drawing.box;
    const top = 1.1;
    this.svg = make("svg", {
      viewBox: `${x} ${y - top} ${width} ${height + top}`,
      role: "img",
      class: "face-map",
      "aria-label": words.face,
    });
    this.stripes();
    this.sides(x, y, width);
    make("path", { d: ring(map.drawing.silhouette), class: "face-skin" }, this.svg);
    this.cells = map.drawing.cells.map((polygons, at) => {
      const d = polygons.map(ring).join("");
      const cell = make("path", { d, class: "face-cell" }, this.svg);
      this.tips = this.tips ?? [];
      this.tips[at] = make("title", {}, cell);
      return { fill: cell, over: make("path", { d, class: "face-stripes" }, this.svg) };
    });
    for (const cell of this.cells) cell.over.setAttribute("fill", `url(#${this.id})`);
    for (const feature of map.drawing.features) {
      make("path", { d: ring(feature), class: "face-feature" }, this.svg);
    }
    const nose = `M${map.drawing.nose.map((point) => point.join(" ")).join("L")}`;
    make("path", { d: nose, class: "face-feature" }, this.svg);
    box.replaceChildren(this.svg, this.scale());
    this.setTime(map.time_s[0] ?? 0);
  }

  stripes() {
    const pattern = make(
      "pattern",
      { id: this.id, width: 0.32, height: 0.32, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
      make("defs", {}, this.svg),
    );
    make("rect", { width: 0.32, height: 0.32, class: "face-quiet" }, pattern);
    make("line", { x1: 0.1, y1: 0, x2: 0.1, y2: 0.32, class: "face-stripe" }, pattern);
  }

  sides(x, y, width) {
    const right = make("text", { x: x + 0.2, y: y - 0.25, class: "face-side" }, this.svg);
    right.textContent = this.words.person_right;
    const left = make(
      "text",
      { x: x + width - 0.2, y: y - 0.25, class: "face-side", "text-anchor": "end" },
      this.svg,
    );
    left.textContent = this.words.person_left;
  }

  scale() {
    const box = document.createElement("div");
    box.className = "face-scale";
    const id = `${this.id}-scale`;
    const bar = make("svg", { viewBox: "0 0 100 6", preserveAspectRatio: "none", "aria-hidden": "true" });
    const gradient = make("linearGradient", { id }, make("defs", {}, bar));
    const { colours } = this.map;
    colours.forEach((stop, at) => {
      make("stop", { offset: at / (colours.length - 1), "stop-color": stop }, gradient);
    });
    make("rect", { width: 100, height: 6, fill: `url(#${id})` }, bar);
    const ends = document.createElement("p");
    for (const value of [-this.limit, 0, this.limit]) {
      const end = document.createElement("span");
      end.textContent = value === 0 ? "0" : this.text(value);
      ends.append(end);
    }
    const unit = document.createElement("p");
    unit.className = "face-unit";
    unit.textContent = this.words[this.map.measure];
    box.append(bar, ends, unit);
    return box;
  }

  /** The row of values at a time; null outside the recording. */
  row(timeS) {
    const times = this.map.time_s;
    if (!times.length || timeS < times[0] - 1 || timeS > times[times.length - 1] + 1.5) return null;
    let at = 0;
    while (at + 1 < times.length && times[at + 1] <= timeS) at += 1;
    return at;
  }

  setTime(timeS) {
    const at = this.row(timeS);
    if (at === this.at && this.painted) return;
    this.at = at;
    this.painted = true;
    const values = at === null ? null : this.map.values[at];
    this.cells.forEach((cell, number) => {
      const value = values?.[number] ?? null;
      const state = this.state(value, number);
      cell.fill.setAttribute("class", `face-cell ${state}`);
      cell.over.setAttribute("class", `face-stripes ${state}`);
      if (value === null) cell.fill.removeAttribute("fill");
      else cell.fill.setAttribute("fill", this.shade(value));
      const change = this.text(value);
      this.tips[number].textContent = `${this.partName(number)}: ${change}`;
    });
    if (at !== null) {
      this.svg.setAttribute("aria-label", `${this.words.face}, ${clock(this.map.time_s[at])}. ${this.strongest(at)}`);
    }
  }

  state(value, number) {
    if (value === null) return "unmeasured";
    const noise = this.map.noise[number];
    return noise !== null && Math.abs(value) > noise ? "clear" : "quiet";
  }

  shade(value) {
    const { colours } = this.map;
    const place = (Math.max(-1, Math.min(1, value / this.limit)) + 1) / 2;
    return colours[Math.round(place * (colours.length - 1))];
  }

  text(value) {
    const { measure } = this.map;
    return value === null ? this.words.not_measured : percent(inPercent(value, measure), digitsOf(measure));
  }

  partName(number) {
    const [, region, place] = this.map.cells[number].match(/^(.*)_(\d+)$/);
    return `${this.words.areas[region] ?? region.replaceAll("_", " ")} ${Number(place)}`;
  }

  /** The part that stands out most at a moment, in words. */
  strongest(at) {
    let best = null;
    this.map.values[at].forEach((value, number) => {
      if (this.state(value, number) !== "clear") return;
      if (best === null || Math.abs(value) > Math.abs(this.map.values[at][best])) best = number;
    });
    if (best === null) return "";
    return `${this.partName(best)} ${this.text(this.map.values[at][best])}`;
  }

  /** (header, rows) of the present moment. */
  table() {
    const { words, map } = this;
    const values = this.at === null ? null : map.values[this.at];
    const rows = map.cells.map((_name, number) => {
      const value = values?.[number] ?? null;
      const noise = map.noise[number];
      return [
        this.partName(number),
        this.text(value),
        noise === null ? "–" : this.text(noise),
        value === null ? "–" : this.state(value, number) === "clear" ? words.yes : words.no,
      ];
    });
    return [[words.part, words.change, words.noise, words.clear], rows];
  }
}
