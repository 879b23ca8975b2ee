// What every page does: hand htmx the token of its forms, open the menu on small screens, ask before
// something is deleted.

const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = token;
});

const button = document.querySelector(".menu-button");
button?.addEventListener("click", () => {
  const open = button.getAttribute("aria-expanded") === "true";
  button.setAttribute("aria-expanded", String(!open));
});

// A form with data-ask is sent only after the question in it was answered with yes.
document.addEventListener("submit", (event) => {
  const question = event.target.dataset.ask;
  if (question && !window.confirm(question)) event.preventDefault();
});

for (const print of document.querySelectorAll("[data-print]")) {
  print.addEventListener("click", () => window.print());
}

// A table that is wider than its box is scrolled by keyboard too; one that is not is no stop of the tabulator.
const boxes = new ResizeObserver((changed) => {
  for (const { target } of changed) {
    const wide = target.scrollWidth > target.clientWidth;
    if (wide) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
    if (!wide || target.hasAttribute("role")) continue;
    target.setAttribute("role", "group");
    target.setAttribute("aria-label", target.querySelector("caption")?.textContent.trim() ?? document.title);
  }
});
const watch = (part) => {
  for (const box of part.querySelectorAll(".table-box")) boxes.observe(box);
};
watch(document);
document.addEventListener("htmx:load", (event) => watch(event.target));
