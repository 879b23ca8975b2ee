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
