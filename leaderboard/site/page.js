"use strict";
const board = JSON.parse(document.getElementById("board").textContent);
const NONE = "-";
const MARKERS = {
  o: "M-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0", "^": "M0,-5L5,4L-5,4Z", D: "M0,-5L5,0L0,5L-5,0Z", v: "M0,5L5,-4L-5,-4Z",
  P: "M-1.7,-5h3.4v3.3h3.3v3.4h-3.3v3.3h-3.4v-3.3h-3.3v-3.4h3.3Z", X: "M-4,-4L0,-1.4L4,-4L1.4,0L4,4L0,1.4L-4,4L-1.4,0Z",
  "<": "M-5,0L4,-5L4,5Z", ">": "M5,0L-4,-5L-4,5Z", s: "M-4,-4h8v8h-8Z",
  "*": "M0,-6L1.5,-2L6,-2L2.4,.8L3.7,5L0,2.5L-3.7,5L-2.4,.8L-6,-2L-1.5,-2Z",
};
const state = { table: 0, filter: "", score: "ratio", cost: "predict", sort: {}, chosen: new Set() };

/* Elements are built from text nodes only: nothing that a record holds is ever read as markup. */
function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "onclick") node.addEventListener("click", value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat()) if (child !== null && child !== undefined) node.append(child);
  return node;
}
const el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
const sv = (tag, attributes, ...children) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
const byId = (id) => document.getElementById(id);
const look = (row) => board.rows[row] || { colour: "#808080", marker: "o", about: "", settings: [] };
const colour = (row) => (isCeiling(row) ? "var(--ink)" : look(row).colour);
const isCeiling = (row) => look(row).role === "ceiling";
const isBound = (line) => line.role !== "";
const current = () => board.tables[state.table];
const passes = (row) => row.toLowerCase().includes(state.filter);
const faded = (row) => state.chosen.size > 0 && !state.chosen.has(row) && !look(row).role;
const seedsText = (n) => (n === 1 ? "1 seed" : `${n} seeds`);

function marker(row, x, y, size = 1) {
  return sv("path", {
    d: MARKERS[look(row).marker] || MARKERS.o, transform: `translate(${x.toFixed(1)},${y.toFixed(1)}) scale(${size})`,
    fill: colour(row), class: faded(row) ? "faded" : null,
  });
}

/* A number may be followed by its range over seeds, which goes on a line of its own. */
function numberCell(text) {
  const [number, range] = text.split(" (");
  return el("td", {}, number, range ? el("span", { class: "range" }, `(${range}`) : null);
}

/* A unit in brackets is never broken. */
function heading(title) {
  const [name, unit] = title.split(" [");
  return unit ? [`${name} `, el("span", { class: "unit" }, `[${unit}`)] : [title];
}

function rowHead(line, table) {
  return el("th", { scope: "row" },
    el("button", { class: "row", type: "button", "aria-haspopup": "dialog", onclick: () => openDetails(line, table) }, line.row),
    line.role ? el("span", { class: "tag" }, line.role) : null,
    line.note ? el("span", { class: "tag" }, line.note) : null,
    line.n ? null : el("span", { class: "tag" }, line.status),
    line.stale.length ? el("span", { class: "tag stale" }, `stale: ${line.stale.join(", ")}`) : null);
}

/* A table whose columns sort: {key, title, value(item), cell(item), better: 1 (small) or -1 (large), kind}. */
function sortable(id, caption, columns, items, pinned, redraw) {
  const sort = state.sort[id];
  const column = sort && columns.find((each) => each.key === sort.key);
  let order = items.slice();
  if (column) {
    const rank = (item) => column.value(item);
    order.sort((a, b) => {
      const [p, q] = [rank(a), rank(b)];
      if (p === null || p === undefined) return q === null || q === undefined ? 0 : 1;
      if (q === null || q === undefined) return -1;
      return (typeof p === "string" ? p.localeCompare(q) : p - q) * sort.direction;
    });
  }
  const heads = columns.map((each) => {
    if (!each.value) return el("th", { scope: "col", class: each.kind }, each.title);
    const sorted = sort && sort.key === each.key ? (sort.direction > 0 ? "ascending" : "descending") : "none";
    return el("th", { scope: "col", "aria-sort": sorted, class: each.kind }, el("button", {
      type: "button", "data-sort": each.key,
      onclick: () => {
        const same = sort && sort.key === each.key;
        state.sort[id] = { key: each.key, direction: same ? -sort.direction : each.better || 1 };
        redraw();
        document.querySelector(`#${id} [data-sort="${each.key}"]`).focus();
      },
    }, el("span", {}, heading(each.title))));
  });
  const line = (item) => el("tr", { class: item.role || null, "data-row": item.row }, columns.map((each) => each.cell(item)));
  const body = (list) => (list.length ? el("tbody", {}, list.map(line)) : null);
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    el("table", { id }, el("caption", {}, el("span", {}, caption)), el("thead", {}, el("tr", {}, heads)),
      body(pinned.filter((item) => item.role === "floor")), body(order), body(pinned.filter((item) => item.role === "ceiling"))));
}

function plainTable(caption, heads, rows) {
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    el("table", {}, el("caption", {}, el("span", {}, caption)),
      el("thead", {}, el("tr", {}, heads.map((head, i) => el("th", { scope: "col", class: rows.some((cells) => cells[i] instanceof Node) ? "text" : null }, head)))),
      el("tbody", {}, rows.map((cells) => el("tr", {}, cells.map((cell, i) =>
        cell instanceof Node ? cell : i ? el("td", {}, String(cell)) : el("th", { scope: "row" }, String(cell))))))));
}

/* Predictions are 16-bit steps over the prior and half its width on either side, a target after the other. */
function decode(text, target) {
  const bytes = atob(text);
  const n = bytes.length / 4;
  const { low, high } = board.targets[target];
  const width = high - low;
  return Array.from({ length: n }, (_, i) => {
    const at = 2 * (target * n + i);
    const step = bytes.charCodeAt(at) + 256 * bytes.charCodeAt(at + 1);
    return { value: low - width / 2 + (step / 65535) * 2 * width, beyond: step === 0 || step === 65535 };
  });
}
