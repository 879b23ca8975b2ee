// The numbers behind a drawing, as a table that is made when it is opened.

/** Fill a box with a table. The first column names the row. */
export function fillTable(box, caption, header, rows) {
  const table = document.createElement("table");
  table.createCaption().textContent = caption;
  const head = table.createTHead().insertRow();
  for (const text of header) {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.textContent = text;
    head.append(cell);
  }
  const body = table.createTBody();
  for (const [first, ...others] of rows) {
    const row = body.insertRow();
    const name = document.createElement("th");
    name.scope = "row";
    name.textContent = first;
    row.append(name);
    for (const text of others) {
      const cell = row.insertCell();
      cell.className = "number";
      cell.textContent = text;
    }
  }
  box.replaceChildren(table);
}

/** Fill it now, if it is open, and whenever it is opened. */
export function onOpen(details, fill) {
  details.addEventListener("toggle", () => {
    if (details.open) fill();
  });
}
