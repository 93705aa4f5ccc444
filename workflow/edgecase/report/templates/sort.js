"use strict";

// Sorting: a click on a head sorts its table's rows, a second click reverses them; empty values stay last.
const keyOf = (row, index) => row.cells[index].dataset.key ?? row.cells[index].textContent.trim();

function sortBy(head) {
  const table = head.closest("table");
  const index = head.cellIndex;
  const numeric = "numeric" in head.dataset;
  const sign = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
  const compare = (a, b) => {
    const [x, y] = [keyOf(a, index), keyOf(b, index)];
    if (x === "" || y === "") return (x === "") - (y === "");
    return sign * (numeric ? x - y : x.localeCompare(y, "en", { numeric: true }));
  };
  for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", sign === 1 ? "ascending" : "descending");
  const body = table.tBodies[0];
  body.append(...[...body.rows].sort(compare));
}

for (const head of document.querySelectorAll("table.sortable th")) {
  head.addEventListener("click", () => sortBy(head));
}

// Filtering: a row stays if it holds every word.
const filter = document.getElementById("filter");
const rows = [...document.querySelectorAll("table.sortable tbody tr")];

function show() {
  const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const row of rows) {
    const text = row.textContent.toLowerCase();
    row.hidden = !words.every((word) => text.includes(word));
  }
  const left = rows.filter((row) => !row.hidden).length;
  document.getElementById("count").textContent = `${left} of ${rows.length} rows`;
}

filter.addEventListener("input", show);
show();
