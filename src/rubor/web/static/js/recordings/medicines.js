// The list of medicines in a form: another line on demand, and what is in it.

for (const button of document.querySelectorAll("[data-add-medicine]")) {
  button.addEventListener("click", () => {
    const list = button.closest("fieldset").querySelector(".medicines");
    const line = list.lastElementChild.cloneNode(true);
    for (const input of line.querySelectorAll("input")) input.value = "";
    list.append(line);
    line.querySelector("input").focus();
  });
}

/** What was written down about a recording, from the fields of `_conditions.html`. */
export function readConditions(form) {
  const data = new FormData(form);
  const hours = data.getAll("hours_before");
  return {
    make_up: { yes: true, no: false }[data.get("make_up")] ?? null,
    camera: data.get("camera"),
    room: data.get("room"),
    note: data.get("note"),
    medicines: data
      .getAll("medicine")
      .map((name, i) => ({ name: name.trim(), hours_before: hours[i] === "" ? null : Number(hours[i]) }))
      .filter((one) => one.name !== ""),
  };
}
