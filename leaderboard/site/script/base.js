"use strict";
/* Values, numbers as text, and the state, which is in the address. */
const board = JSON.parse(document.getElementById("board-values").textContent);
const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const ROW = board.rows, TASK = Object.fromEntries(board.tasks.map((task) => [task.name, task]));
const ORDER = board.groups.flatMap((group) => group.rows);

/* Markup whose values are escaped, unless they are such markup themselves. */
class Markup { constructor(text) { this.text = text; } }
const ESCAPED = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const shown = (value) => value instanceof Markup ? value.text : Array.isArray(value) ? value.map(shown).join("")
  : value === null || value === undefined || value === false ? "" : String(value).replace(/[&<>"']/g, (letter) => ESCAPED[letter]);
const html = (parts, ...values) => new Markup(parts.reduce((text, part, i) => text + part + (i < values.length ? shown(values[i]) : ""), ""));
const put = (node, markup) => { node.innerHTML = shown(markup); };
const broken = (name) => name.split("_").map((part, i) => i ? html`_<wbr>${part}` : part);

/* Numbers. */
const MINUS = "−", NONE = "–";
const times = (x) => x === null || x === undefined ? NONE : x < 9.995 ? x.toFixed(2) : x < 99.95 ? x.toFixed(1) : x < 999.5 ? x.toFixed(0) : x < 999500 ? `${(x / 1000).toFixed(1)}k` : x.toExponential(0).replace("e+", "e");
const inUnits = [
  (x) => x < 0.0995 ? x.toFixed(4) : x < 10 ? x.toFixed(3) : x.toFixed(0),
  (x) => x < 99.5 ? x.toFixed(2) : Math.round(x).toLocaleString("en"),
];
const unit = (x, t) => x === null || x === undefined ? NONE : inUnits[t](x);
const short = (x, t) => x === null || x === undefined ? NONE : t ? unit(x, t) : x < 0.1 ? x.toFixed(4).replace(/0$/, "") : x.toPrecision(3);
const withUnit = (x, t) => t ? `${unit(x, t)}e-3 1/s` : `${unit(x, t)} g/L`;
const r2Text = (v) => v === null || v === undefined ? NONE : (Math.abs(v) >= 99.5 ? Math.round(v).toLocaleString("en") : v.toFixed(v > 0.99 ? 4 : 2)).replace(/^-0\.00$/, "0.00").replace("-", MINUS);
const toAnswer = (x) => x === null || x === undefined ? NONE : x < 1 ? "< 1 µs" : x < 999.5 ? `${Math.round(x)} µs` : `${(x / 1000).toFixed(1)} ms`;
const toTrain = (x) => x === null || x === undefined ? NONE : x === 0 ? "none" : x < 9.95 ? `${x.toFixed(1)} s` : `${Math.round(x)} s`;
const trainOf = (row, cell) => ROW[row].train === 0 ? 0 : cell.train;
const both = (cell) => cell && cell.ratio && cell.ratio.every((ratio) => ratio[0] !== null) ? Math.sqrt(cell.ratio[0][0] * cell.ratio[1][0]) : null;
const cellOf = (task, row) => board.cells[task][row];
const scored = (cell) => Boolean(cell && cell.ratio && !cell.stale.length);

/* The state: what is not as at first stands in the address, and an address gives the same page. */
const isPhone = () => matchMedia("(max-width: 640px)").matches;
const FIRST = {
  q: $(".ask button") ? $(".ask button").dataset.q : "", view: "", task: (board.tasks.find((task) => task.name === "shift_10s") || board.tasks[0] || { name: "" }).name,
  row: ORDER.find((row) => ROW[row].hollow) || ORDER[0] || "", t: "E0", as: "ratio", p: "30", d: "1", net: "", at: "", sort: "", find: "", theme: "",
};
const CHOICES = { view: ["", "map", "task", "row"], t: board.targets.map((each) => each.symbol), as: ["ratio", "unit"], theme: ["", "light", "dark"] };
let state = { ...FIRST };
const say = (text) => { $("#live").textContent = text; };
function readAddress() {
  const asked = new URLSearchParams(location.hash.slice(1));
  state = { ...FIRST };
  for (const key of Object.keys(FIRST)) if (asked.has(key)) state[key] = asked.get(key);
  const unknown = [];
  const check = (key, known) => { if (!known.includes(state[key])) { unknown.push(`${key} ${state[key]}`); state[key] = FIRST[key]; } };
  check("task", board.tasks.map((task) => task.name).concat(FIRST.task));
  check("row", ORDER.concat(FIRST.row));
  check("q", $$(".ask button").map((button) => button.dataset.q).concat(FIRST.q));
  for (const [key, known] of Object.entries(CHOICES)) check(key, known);
  put($("#unknown"), unknown.length ? html`<p class="alarm" role="alert">This board has no ${unknown.join(", no ")}: what it has is shown in its place.</p>` : "");
}
function writeAddress() {
  const kept = new URLSearchParams();
  for (const key of Object.keys(FIRST)) if (state[key] !== FIRST[key]) kept.set(key, state[key]);
  history.replaceState(null, "", kept.size ? `#${kept}` : location.pathname + location.search);
}
const viewNow = () => state.view || (isPhone() ? "task" : "map");
const targetNow = () => Math.max(0, board.targets.findIndex((each) => each.symbol === state.t));
