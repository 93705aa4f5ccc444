"use strict";

// Empty values stay last, whichever way a column is sorted.
const order = (compare) => {
  const emptyLast = (sign) => (a, b) => (a === "" || b === "" ? (a === "") - (b === "") : sign * compare(a, b));
  return { asc: emptyLast(1), desc: emptyLast(-1) };
};

// As many key columns as leave most of the window to the others.
function frozen(table) {
  let room = 0.4 * window.innerWidth;
  const keys = [...table.tHead.rows[0].cells].slice(0, Number(table.dataset.keys));
  const beyond = keys.findIndex((head) => (room -= head.offsetWidth) < 0);
  return beyond === -1 ? keys.length : beyond;
}

(async () => {
  const tables = [...document.querySelectorAll("table.paged")];
  const style = document.createElement("style");
  style.textContent = await unpacked("datatables-style");
  document.head.prepend(style);
  const script = new Blob([await unpacked("datatables")], { type: "text/javascript" });
  const { default: DataTable } = await import(URL.createObjectURL(script));
  DataTable.type("number", { order: order((a, b) => a - b) });
  DataTable.type("words", { order: order((a, b) => a.localeCompare(b, "en", { numeric: true })) });
  for (const table of tables) {
    table.tBodies[0].innerHTML = await unpacked(`rows-${table.dataset.name}`);
    const heads = [...table.tHead.rows[0].cells];
    new DataTable(table, {
      columnControl: ["searchDropdown"],
      columnDefs: heads.map((head, at) => ({ targets: at, type: "numeric" in head.dataset ? "number" : "words" })),
      fixedColumns: { start: frozen(table) },
      layout: {
        topStart: "search",
        topEnd: { buttons: [{ extend: "csvHtml5", text: "CSV of the rows shown", title: null, filename: table.dataset.name }] },
        bottomStart: "info",
        bottomEnd: ["pageLength", "paging"],
      },
      lengthMenu: [50, 200, { label: "All", value: -1 }],
      order: [],
      pageLength: 50,
      scrollCollapse: true,
      scrollX: true,
      scrollY: "65vh",
    });
  }
})();
