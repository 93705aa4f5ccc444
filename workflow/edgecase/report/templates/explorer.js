"use strict";

// One row per seed and round.
function rowsOf(cell) {
  const rows = [];
  for (const [seed, columns] of Object.entries(cell.seeds)) {
    columns.fl_iter.forEach((_, at) => {
      const row = { seed };
      for (const [name, values] of Object.entries(columns)) row[name] = values[at];
      row.kept = `${row.num_accepted} of ${row.num_clients}: ${row.accepted}`;
      row.attacker = row.num_attackers ? `${row.attacker_accepted ?? 0} of ${row.num_attackers} kept` : "none";
      row.refused = row.num_attackers > 0 && !row.attacker_accepted;
      rows.push(row);
    });
  }
  return rows;
}

const seedColour = { field: "seed", type: "nominal", scale: { scheme: "dark2" }, title: "seed" };
const tooltip = [
  ["seed", "seed"], ["fl_iter", "round"], ["backdoor_acc", "backdoor accuracy (%)"], ["main_task_acc", "main accuracy (%)"],
  ["attacker", "attackers"], ["kept", "clients kept"], ["adv_norm_diff", "attacker's norm"], ["honest_norm_mean", "honest norm"],
].map(([field, title]) => ({ field, title }));

function panel(field, title, share, last) {
  const round = {
    field: "fl_iter", type: "quantitative", title: "round", axis: { tickMinStep: 1, grid: false },
    scale: { domain: [0, last], nice: false },
  };
  const y = { field, type: "quantitative", title, ...(share ? { scale: { domain: [0, 100] } } : {}) };
  // An attacker's norm is a value of the rounds in which one takes part.
  const known = { filter: `isValid(datum.${field})` + (share ? "" : " && datum.num_attackers > 0") };
  return {
    width: "container",
    height: 210,
    transform: [known],
    layer: [
      { mark: { type: "line", strokeWidth: 1.5 }, encoding: { x: round, y, color: seedColour } },
      {
        transform: [{ filter: "datum.num_attackers > 0" }],
        mark: { type: "point", size: 28, strokeWidth: 1.5 },
        encoding: {
          x: round, y, color: seedColour,
          fill: { condition: { test: "datum.refused", value: "#fff" }, ...seedColour, legend: null },
        },
      },
      // The round that the pointer is at.
      {
        params: [{ name: "near", select: { type: "point", on: "pointerover", clear: "pointerout" } }],
        mark: { type: "point", size: 250, filled: true },
        encoding: { x: round, y, color: seedColour, opacity: { condition: { param: "near", empty: false, value: 0.6 }, value: 0 }, tooltip },
      },
    ],
  };
}

const PANELS = [
  ["backdoor_acc", "backdoor accuracy (%)", true],
  ["main_task_acc", "main accuracy (%)", true],
  ["adv_norm_diff", "norm of the attacker's update", false],
];

async function draw(cell) {
  const place = document.getElementById("curves");
  place.replaceChildren();
  const rows = rowsOf(cell);
  const last = rows.reduce((most, row) => Math.max(most, row.fl_iter), 0);
  const shown = PANELS.filter(([field]) => field !== "adv_norm_diff" || rows.some((row) => row.num_attackers));
  for (const [field, title, share] of shown) {
    const own = place.appendChild(document.createElement("div"));
    own.style.width = "100%";
    const spec = { $schema: "https://vega.github.io/schema/vega-lite/v6.json", data: { values: rows }, ...panel(field, title, share, last) };
    await vegaEmbed(own, spec, { actions: false, renderer: "svg" });
  }
}

// Nested parameters as lines, their keys joined by dots.
function lines(value, path = "") {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return [[path, JSON.stringify(value)]];
  return Object.entries(value).flatMap(([key, inner]) => lines(inner, path ? `${path}.${key}` : key));
}

function tell(cell) {
  document.getElementById("command").textContent = cell.command;
  const rows = lines(cell.parameters).map(([key, text]) => {
    const row = document.createElement("tr");
    for (const each of [key, text]) row.appendChild(document.createElement("td")).textContent = each;
    row.lastChild.className = "value";
    return row;
  });
  document.getElementById("parameters").replaceChildren(...rows);
}

// A list per axis, each with the values that cells have which agree with those before it.
function choose(axes, cells, wanted) {
  let left = cells;
  const labels = axes.map((axis, at) => {
    const values = [...new Set(left.map((cell) => cell.axes[at]))];
    const value = values.includes(wanted[at]) ? wanted[at] : values[0];
    left = left.filter((cell) => cell.axes[at] === value);
    const label = document.createElement("label");
    label.textContent = axis;
    const select = label.appendChild(document.createElement("select"));
    select.append(...values.map((each) => new Option(each, each, false, each === value)));
    select.addEventListener("change", () => {
      const chosen = [...document.querySelectorAll("#axes select")].map((one) => one.value);
      choose(axes, cells, chosen);
    });
    return label;
  });
  document.getElementById("axes").replaceChildren(...labels);
  tell(left[0]);
  draw(left[0]);
}

(async () => {
  const script = document.createElement("script");
  script.type = "module";
  const loaded = new Promise((resolve, reject) => { script.onload = resolve; script.onerror = reject; });
  script.src = URL.createObjectURL(new Blob([await unpacked("vega")], { type: "text/javascript" }));
  document.head.append(script);
  await loaded;
  const { axes, cells } = JSON.parse(await unpacked("cells"));
  // First, a cell in which an attacker acts, with nothing changed in its task if there is one.
  const attacked = cells.filter((cell) => Object.values(cell.seeds).some((seed) => seed.num_attackers.some(Boolean)));
  const first = attacked.find((cell) => cell.axes.at(-1) === "default") ?? attacked[0] ?? cells[0];
  choose(axes, cells, first.axes);
})();
