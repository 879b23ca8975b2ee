// From curves.json to what a TimeChart draws: percent, colours, spans and marks.

import { inPercent } from "./face_map.js";

const LOOK = {
  whole: { colour: "--ink", width: 3 },
  cheek_left: { colour: "--left", width: 2.5 },
  cheek_right: { colour: "--right", width: 2.5, dash: [8, 4] },
  jaw_left: { colour: "--left", dash: [2, 4] },
  jaw_right: { colour: "--right", dash: [2, 4] },
  forehead: { colour: "--middle" },
  nose: { colour: "--middle", dash: [8, 4] },
  chin: { colour: "--middle", dash: [2, 4] },
};

/** How a curve of an area looks: colour variable, dash, width. */
export const look = (key) => LOOK[key] ?? { colour: "--muted" };

const numbers = (values, measure) => values.map((value) => inPercent(value, measure));

/** The series of a recording in percent. */
export function seriesOf(curves, measure, words) {
  return Object.entries(curves.series).map(([key, one]) => ({
    key,
    label: words.areas[key] ?? key,
    ...look(key),
    values: numbers(one[measure], measure),
    ...(measure === "blood_change"
      ? { low: numbers(one.low, measure), high: numbers(one.high, measure) }
      : {}),
  }));
}

/** Rest, the steps of a guided recording, and the times at which the face was red. */
export function spansOf(curves, steps, words, shift = 0) {
  const spans = steps.map((step, at) => ({
    from: step.start_s - shift,
    to: step.end_s - shift,
    label: step.name,
    colour: "--unknown",
    share: at % 2 ? 0.05 : 0.12,
  }));
  if (!steps.length && curves.baseline) {
    const { start_s: from, end_s: to } = curves.baseline;
    spans.push({ from: from - shift, to: to - shift, label: words.rest, colour: "--unknown", share: 0.12 });
  }
  for (const episode of curves.episodes) {
    spans.push({ from: episode.start_s - shift, to: episode.end_s - shift, colour: "--accent", share: 0.1 });
  }
  return spans;
}

/** What the person marked. Steps already show where a task began and ended. */
export function linesOf(curves, steps, words, shift = 0) {
  const ofSteps = new Set(steps.length ? ["baseline_start", "baseline_end", "stimulus_start", "stimulus_end"] : []);
  return curves.marks
    .filter((mark) => !ofSteps.has(mark.kind))
    .map((mark) => ({
      at: mark.time_s - shift,
      label: words.marks[mark.kind] ?? mark.kind,
      colour: mark.kind === "felt" ? "--accent" : "--muted",
      strong: mark.kind === "felt",
    }));
}

/** The index of the last time that is not later. */
export function placeOf(times, timeS) {
  let low = 0;
  let high = times.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (times[middle] <= timeS) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The least percent that a chart's scale reaches, by measure. */
export const LEAST_SHOWN = { blood_change: 20, erythema_index: 5 };
