// The clock of a session: which step it is, on the video's own clock.

/** Give each recorded step its planned times; the lead-in comes first and belongs to no step. */
export function planned(steps, leadIn) {
  let at = leadIn;
  return steps.filter((step) => step.recorded).map((step) => {
    const start = at;
    at += step.duration_s;
    return { ...step, start_s: start, end_s: at };
  });
}

/**
 * Walks through the steps as time passes. Whoever uses it calls `tick(time_s)` several times a second.
 *
 * Marks are set at the time at which a step was really shown, so a late tick moves the mark with it.
 */
export class StepClock {
  constructor(steps, leadIn, { onStep, onMark, onEnd }) {
    this.steps = planned(steps, leadIn);
    this.events = { onStep, onMark, onEnd };
    this.current = -1;
    this.done = [];
    this.ended = false;
  }

  tick(time) {
    if (this.ended) return;
    while (this.current + 1 < this.steps.length && time >= this.steps[this.current + 1].start_s) {
      this.#leave(time);
      this.current += 1;
      const step = this.steps[this.current];
      this.done.push({ name: step.name, start_s: time, end_s: null });
      if (step.marks.length) this.events.onMark(step.marks[0], time);
      this.events.onStep(step, this.current, this.steps.length);
    }
    if (this.current >= 0 && time >= this.steps.at(-1).end_s) this.end(time);
  }

  /** End now, whether or not all steps are done. The step that runs ends with it. */
  end(time) {
    if (this.ended) return;
    this.#leave(time);
    this.ended = true;
    this.events.onEnd(this.complete);
  }

  /** Seconds left of the step that runs, or of the lead-in. */
  left(time) {
    const until = this.current < 0 ? this.steps[0].start_s : this.steps[this.current].end_s;
    return Math.max(0, until - time);
  }

  get complete() {
    const last = this.done.at(-1);
    return this.done.length === this.steps.length && last?.end_s !== null && last.end_s >= this.steps.at(-1).end_s;
  }

  #leave(time) {
    const running = this.done.at(-1);
    if (!running || running.end_s !== null) return;
    running.end_s = time;
    const marks = this.steps[this.current].marks;
    if (marks.length > 1) this.events.onMark(marks[1], time);
  }
}

/** Seconds as m:ss. */
export function clockText(seconds) {
  const whole = Math.ceil(Math.max(0, seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
