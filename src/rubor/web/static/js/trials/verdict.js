// The charts of an answer: the reduction with its limits, every recording, and the wear-off.

const data = JSON.parse(document.getElementById("verdict-data")?.textContent ?? "null");
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const SECONDS_PER_DAY = 86400;

/** A bar of the reduction as SVG: shaded is what matters, the dot what was found. */
function drawReduction(box, { value, interval, always, smallest }) {
  const limits = [value, ...interval, ...always].filter((one) => one !== null);
  const low = Math.max(-1.5, Math.min(-0.25, ...limits) - 0.04);
  const high = Math.min(2, Math.max(1.05, ...limits) + 0.04);
  const width = 1000;
  const x = (share) => ((Math.min(Math.max(share, low), high) - low) / (high - low)) * width;
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  svg.setAttribute("viewBox", `0 0 ${width} 110`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", box.dataset.caption);
  const add = (name, attributes) => {
    const node = document.createElementNS(ns, name);
    for (const [key, one] of Object.entries(attributes)) node.setAttribute(key, one);
    svg.append(node);
    return node;
  };
  const [from, to] = [interval[0] ?? low, interval[1] ?? high];
  const [first, last] = [always[0] ?? low, always[1] ?? high];
  add("rect", { x: x(smallest), y: 0, width: width - x(smallest), height: 80, fill: css("--unknown-soft") });
  add("line", { x1: x(0), x2: x(0), y1: 0, y2: 80, stroke: css("--muted"), "stroke-width": 2, "vector-effect": "non-scaling-stroke" });
  add("line", { x1: x(first), x2: x(last), y1: 40, y2: 40, stroke: css("--right"), "stroke-width": 3, "vector-effect": "non-scaling-stroke" });
  add("line", { x1: x(from), x2: x(to), y1: 40, y2: 40, stroke: css("--right"), "stroke-width": 12, "stroke-opacity": 0.5, "vector-effect": "non-scaling-stroke" });
  svg.classList.add("bar");
  box.append(svg);
  const dot = document.createElement("span");
  dot.className = "dot";
  dot.style.left = `${(x(value) / width) * 100}%`;
  box.append(dot);
  for (const share of [0, 0.25, 0.5, 0.75, 1]) {
    const label = document.createElement("span");
    label.className = "tick";
    label.textContent = `${Math.round(share * 100)} %`;
    label.style.left = `${(x(share) / width) * 100}%`;
    box.append(label);
  }
}

/** Draw vertical lines and error bars on a uPlot chart. */
function marks({ lines = [], spans = [], bars = [] }) {
  return {
    hooks: {
      drawClear: [
        (plot) => {
          const { ctx, bbox } = plot;
          ctx.save();
          for (const [from, to] of spans) {
            const [a, b] = [from, to].map((one) => plot.valToPos(one, "x", true));
            ctx.fillStyle = css("--unknown-soft");
            ctx.fillRect(a, bbox.top, b - a, bbox.height);
          }
          ctx.strokeStyle = css("--muted");
          ctx.lineWidth = 2;
          for (const at of lines) {
            const left = plot.valToPos(at, "x", true);
            ctx.beginPath();
            ctx.moveTo(left, bbox.top);
            ctx.lineTo(left, bbox.top + bbox.height);
            ctx.stroke();
          }
          ctx.restore();
        },
      ],
      draw: [
        (plot) => {
          const { ctx } = plot;
          ctx.save();
          ctx.lineWidth = 2;
          for (const { at, value, half, colour } of bars) {
            const left = plot.valToPos(at, "x", true);
            ctx.strokeStyle = colour;
            ctx.beginPath();
            ctx.moveTo(left, plot.valToPos(value - half, "y", true));
            ctx.lineTo(left, plot.valToPos(value + half, "y", true));
            ctx.stroke();
          }
          ctx.restore();
        },
      ],
    },
  };
}

const days = new Intl.DateTimeFormat(document.documentElement.lang, { day: "numeric", month: "short", timeZone: "UTC" });

function axes(box) {
  const style = { stroke: css("--muted"), grid: { stroke: css("--line"), width: 1 }, ticks: { stroke: css("--line") }, font: "13px system-ui", labelFont: "13px system-ui", labelSize: 22 };
  return [{ ...style, label: box.dataset.x }, { ...style, size: 56, label: box.dataset.y }];
}

function points(label, colour) {
  return { label, stroke: colour, paths: () => null, points: { show: true, size: 10, fill: colour, stroke: colour } };
}

function chartIn(box, options, columns) {
  const plot = new uPlot({ width: box.clientWidth, height: 300, cursor: { drag: { x: true, y: false } }, legend: { show: false }, ...options }, columns, box);
  new ResizeObserver(() => plot.setSize({ width: box.clientWidth, height: 300 })).observe(box);
}

function drawResponses(box) {
  const rows = data.responses;
  const at = rows.map((one) => one.day * SECONDS_PER_DAY);
  const series = ["treated", "untreated"].filter((name) => rows.some((one) => one[name] !== undefined));
  const colours = { treated: css("--right"), untreated: css("--left") };
  const bars = series.flatMap((name) =>
    rows.filter((one) => one[name] !== undefined).map((one) => ({ at: one.day * SECONDS_PER_DAY, value: one[name], half: one[`${name}_half`], colour: colours[name] })),
  );
  chartIn(
    box,
    {
      scales: { x: { time: true }, y: { range: (_, low, high) => [Math.min(0, low - 0.1), high + 0.15] } },
      axes: [{ ...axes(box)[0], space: 70, values: (_, ticks) => ticks.map((one) => days.format(one * 1000)) }, axes(box)[1]],
      series: [{}, ...series.map((name) => points(name, colours[name]))],
      plugins: [marks({ lines: data.treated_on.map((day) => day * SECONDS_PER_DAY), bars })],
    },
    [at, ...series.map((name) => rows.map((one) => one[name] ?? null))],
  );
}

function drawWearOff(box) {
  const { course, own, half_gone_days: gone } = data.wear_off;
  const moments = [...new Set([...course.days, ...own.map((one) => one.day)])].sort((a, b) => a - b);
  const fitted = new Map(course.days.map((day, number) => [day, course.reduction[number]]));
  const found = new Map(own.map((one) => [one.day, one.reduction]));
  const colour = css("--right");
  chartIn(
    box,
    {
      scales: { x: { time: false }, y: { range: (_, low, high) => [Math.min(-0.1, low - 0.05), Math.max(1, high)] } },
      axes: [axes(box)[0], { ...axes(box)[1], values: (_, ticks) => ticks.map((one) => `${Math.round(one * 100)} %`) }],
      series: [{}, { stroke: colour, width: 2, spanGaps: true, points: { show: false } }, points("", colour)],
      plugins: [
        marks({ lines: [gone[1]], spans: [[gone[0], gone[2]]], bars: own.map((one) => ({ at: one.day, value: one.reduction, half: one.half, colour })) }),
      ],
    },
    [moments, moments.map((day) => fitted.get(day) ?? null), moments.map((day) => found.get(day) ?? null)],
  );
}

if (data) {
  const reduction = document.getElementById("reduction-chart");
  if (reduction) drawReduction(reduction, data.reduction);
  const responses = document.getElementById("responses-chart");
  if (responses) drawResponses(responses);
  const wear = document.getElementById("wear-chart");
  if (wear && data.wear_off) drawWearOff(wear);
}
