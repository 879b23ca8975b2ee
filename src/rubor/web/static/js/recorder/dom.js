// Small things that the page's scripts share: its data, its words, and one part shown at a time.

export const data = JSON.parse(document.getElementById("record-data").textContent);

/** A word of the page, with what stands in braces filled in. */
export function word(key, values = {}) {
  return Object.entries(values).reduce((text, [name, value]) => text.replaceAll(`{${name}}`, value), data.words[key] ?? key);
}

export const one = (selector, within = document) => within.querySelector(selector);

/** Show one step of the page, and lead keyboard and screen reader to its heading. */
export function showStep(name) {
  for (const section of document.querySelectorAll("[data-step]")) section.hidden = section.dataset.step !== name;
  const heading = one(`[data-step="${name}"] h1`);
  heading.focus({ preventScroll: true });
  window.scrollTo(0, 0);
}

/** Say what is wrong and what cures it, in the box of a step; nothing takes it away. */
export function trouble(box, message = "", cure = "") {
  box.hidden = !message;
  box.textContent = message ? `${message} ${cure}`.trim() : "";
}

/** Said to a screen reader, and to nobody else. */
export function announce(text) {
  one("#announce").textContent = text;
}
