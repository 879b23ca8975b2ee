// A chart over time: uPlot in the colours of the page, with bands, shaded spans, marked times, a cursor that can
// be set from outside, and zoom by buttons, drag and two fingers.

/* global uPlot */

const style = () => getComputedStyle(document.documentElement);

/** The value of a colour variable of the page, such as "--left". */
export const colour = (name) => style().getPropertyValue(name).trim();

/** The same colour, mostly see-through. */
export function soft(name, share = 0.16) {
  const hex = colour(name);
  const parts = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  return `rgba(${parts.join(",")},${share})`;
}

/** Call when the page turns dark or light. */
export function onThemeChange(redraw) {
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
}

/** Seconds as minutes and seconds. */
export function clock(timeS) {
  const whole = Math.round(timeS);
  const sign = whole < 0 ? "−" : "";
  const size = Math.abs(whole);
  return `${sign}${Math.floor(size / 60)}:${String(size % 60).padStart(2, "0")}`;
}

/** How many digits a percent of a measure has: of blood none, of the small index one. */
export const digitsOf = (measure) => (measure === "blood_change" ? 0 : 1);

/** A percent with its sign. */
export function percent(value, digits = 0) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  const size = new Intl.NumberFormat(document.documentElement.lang, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(Math.abs(value));
  const zero = Math.abs(value) < 0.5 / 10 ** digits;
  return `${zero ? "" : value > 0 ? "+" : "−"}${size}\u00a0%`;
}

const FONT = "13px system-ui, sans-serif";

/** An axis in the colours of the page. */
export const axis = (more) => ({
  stroke: colour("--muted"),
  font: FONT,
  grid: { stroke: colour("--line"), width: 1 },
  ticks: { show: false },
  ...more,
});

export class TimeChart {
  /**
   * @param {HTMLElement} box where it is drawn
   * @param {object} data `times`; `series`: [{key, label, colour, dash, width, values, low, high}] in percent;
   *   `spans`: [{from, to, label, colour}]; `lines`: [{at, label, colour, strong}]; `label` of the upright axis
   * @param {(timeS: number) => void} onTime called when the person moves the cursor
   */
  constructor(box, data, onTime) {
    this.box = box;
    this.data = data;
    this.onTime = onTime;
    this.shown = new Set(data.series.slice(0, 1).map((one) => one.key));
    this.time = null;
    this.range = null;
    this.draw();
    new ResizeObserver(() => this.resize()).observe(box);
    onThemeChange(() => this.draw());
  }

  /** Replace what is drawn, the shown series staying as they are. */
  setData(data) {
    this.data = data;
    this.draw();
  }

  show(key, on) {
    if (on) this.shown.add(key);
    else this.shown.delete(key);
    this.draw();
  }

  /** Put the cursor at a time. */
  setTime(timeS) {
    this.time = timeS;
    this.placeLine();
  }

  placeLine() {
    if (!this.plot || this.time === null) return;
    const left = this.plot.valToPos(this.time, "x");
    this.line.hidden = !(left >= 0 && left <= this.plot.over.clientWidth);
    if (!this.line.hidden) this.line.style.transform = `translateX(${left}px)`;
  }

  /** Below 1 closer, above 1 wider, about the cursor; null for everything. */
  zoom(factor) {
    const [first, last] = this.ends();
    if (factor === null) this.range = null;
    else {
      const [from, to] = this.range ?? [first, last];
      const width = Math.min(Math.max((to - from) * factor, (last - first) / 40), last - first);
      const inView = this.time !== null && this.time >= from && this.time <= to;
      const middle = inView ? this.time : (from + to) / 2;
      const start = Math.min(Math.max(middle - width / 2, first), last - width);
      this.range = width >= last - first ? null : [start, start + width];
    }
    this.plot.setScale("x", this.xRange());
  }

  ends() {
    const times = this.data.times;
    return [times[0], times[times.length - 1]];
  }

  xRange() {
    const [min, max] = this.range ?? this.ends();
    return { min, max };
  }

  height() {
    return this.box.clientWidth < 560 ? 270 : 340;
  }

  resize() {
    if (!this.plot || this.box.clientWidth === this.plot.width) return;
    this.plot.setSize({ width: this.box.clientWidth, height: this.height() });
  }

  draw() {
    this.plot?.destroy();
    const columns = [this.data.times];
    const series = [{}];
    const bands = [];
    for (const one of this.data.series) {
      const show = this.shown.has(one.key);
      if (one.low) {
        const edge = { show, stroke: "transparent", width: 0, points: { show: false } };
        columns.push(one.high, one.low);
        series.push({ ...edge }, { ...edge });
        bands.push({ series: [series.length - 2, series.length - 1], fill: soft(one.colour) });
      }
      columns.push(one.values);
      series.push({
        show,
        label: one.label,
        stroke: colour(one.colour),
        width: one.width ?? 2,
        dash: one.dash ?? [],
        points: { show: false },
      });
    }
    this.plot = null;
    this.plot = new uPlot(
      {
        width: this.box.clientWidth,
        height: this.height(),
        legend: { show: false },
        cursor: { x: false, y: false, drag: { x: true, y: false }, points: { show: false } },
        scales: { x: { time: false }, y: { range: (_plot, low, high) => this.yRange(low, high) } },
        axes: [
          axis({ values: (_plot, ticks) => ticks.map(clock), space: 60 }),
          axis({ values: (_plot, ticks) => ticks.map((tick) => percent(tick)), size: 62 }),
        ],
        series,
        bands,
        hooks: {
          drawClear: [(plot) => this.drawSpans(plot)],
          draw: [(plot) => this.drawLines(plot), () => this.placeLine()],
          setSelect: [
            (plot) => {
              if (plot.select.width < 8) return;
              this.range = [
                plot.posToVal(plot.select.left, "x"),
                plot.posToVal(plot.select.left + plot.select.width, "x"),
              ];
            },
          ],
        },
      },
      columns,
      this.box,
    );
    const { plot } = this;
    this.line = document.createElement("div");
    this.line.className = "chart-now";
    this.line.hidden = true;
    plot.over.append(this.line);
    plot.setScale("x", this.xRange());
    this.listenToFingers(plot);
    plot.over.addEventListener("mousemove", (event) => this.pointed(plot, event.offsetX));
    plot.over.addEventListener("dblclick", () => this.zoom(null));
  }

  // A scale never so fine that noise looks like a blush.
  yRange(low, high) {
    const least = this.data.leastShown ?? 20;
    const bottom = Math.min(low ?? 0, -least / 2);
    const top = Math.max(high ?? 0, least);
    const margin = (top - bottom) * 0.06;
    return [bottom - margin, top + margin * 2];
  }

  pointed(plot, place) {
    this.setTime(plot.posToVal(place, "x"));
    this.onTime(this.time);
  }

  drawSpans(plot) {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
    ctx.textBaseline = "top";
    ctx.textAlign = "left";
    for (const span of this.data.spans) {
      const from = plot.valToPos(span.from, "x", true);
      const to = plot.valToPos(span.to, "x", true);
      ctx.fillStyle = soft(span.colour, span.share ?? 0.1);
      ctx.fillRect(from, bbox.top, to - from, bbox.height);
      if (!span.label) continue;
      const text = span.label;
      if (ctx.measureText(text).width < to - from - 6) {
        ctx.fillStyle = colour("--muted");
        ctx.fillText(text, from + 5 * devicePixelRatio, bbox.top + 4 * devicePixelRatio);
      }
    }
    const zero = plot.valToPos(0, "y", true);
    ctx.strokeStyle = colour("--line-strong");
    ctx.beginPath();
    ctx.moveTo(bbox.left, zero);
    ctx.lineTo(bbox.left + bbox.width, zero);
    ctx.stroke();
    ctx.restore();
  }

  drawLines(plot) {
    const { ctx, bbox } = plot;
    ctx.save();
    const named = [];
    for (const line of this.data.lines) {
      const at = plot.valToPos(line.at, "x", true);
      if (at < bbox.left || at > bbox.left + bbox.width) continue;
      ctx.strokeStyle = ctx.fillStyle = colour(line.colour);
      ctx.lineWidth = (line.strong ? 2 : 1) * devicePixelRatio;
      ctx.setLineDash(line.strong ? [] : [4 * devicePixelRatio, 4 * devicePixelRatio]);
      ctx.beginPath();
      ctx.moveTo(at, bbox.top);
      ctx.lineTo(at, bbox.top + bbox.height);
      ctx.stroke();
      if (line.label) named.push({ at, label: line.label, colour: ctx.strokeStyle });
    }
    ctx.restore();
    this.nameLines(plot, named);
  }

  // Names run upwards along their lines, at the foot; where one is there already, at the head, else not at all.
  nameLines(plot, named) {
    const { ctx, bbox } = plot;
    const room = 15 * devicePixelRatio;
    const taken = { foot: -Infinity, head: -Infinity };
    ctx.save();
    ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
    for (const { at, label, colour: own } of named.sort((one, other) => one.at - other.at)) {
      const end = ["foot", "head"].find((name) => at - taken[name] >= room);
      if (!end) continue;
      taken[end] = at;
      const first = at - bbox.left < room; // to its left are the numbers of the axis
      ctx.save();
      ctx.fillStyle = own;
      ctx.textBaseline = first ? "top" : "bottom";
      ctx.textAlign = end === "foot" ? "left" : "right";
      ctx.translate(at + (first ? 3 : -3) * devicePixelRatio, end === "foot"
        ? bbox.top + bbox.height - 6 * devicePixelRatio
        : bbox.top + 22 * devicePixelRatio);
      ctx.rotate(-Math.PI / 2);
      ctx.fillText(label, 0, 0);
      ctx.restore();
    }
    ctx.restore();
  }

  // One finger moves the cursor, two zoom; scrolling the page up and down still works.
  listenToFingers(plot) {
    const over = plot.over;
    over.classList.add("chart-touch");
    let pinch = null;
    const place = (touch) => touch.clientX - over.getBoundingClientRect().left;
    const move = (event) => {
      if (event.touches.length === 2) {
        const [one, other] = [...event.touches].map(place).sort((a, b) => a - b);
        if (!pinch) pinch = [plot.posToVal(one, "x"), plot.posToVal(other, "x")];
        else {
          const width = over.clientWidth;
          const unit = (pinch[1] - pinch[0]) / Math.max(other - one, 20);
          const [first, last] = this.ends();
          const from = Math.max(pinch[0] - one * unit, first);
          const to = Math.min(from + width * unit, last);
          this.range = to - from >= last - first ? null : [from, to];
          plot.setScale("x", this.xRange());
        }
        event.preventDefault();
      } else if (event.touches.length === 1 && !pinch) {
        this.pointed(plot, place(event.touches[0]));
      }
    };
    over.addEventListener("touchstart", move, { passive: false });
    over.addEventListener("touchmove", move, { passive: false });
    over.addEventListener("touchend", (event) => {
      if (event.touches.length === 0) pinch = null;
    });
  }
}
