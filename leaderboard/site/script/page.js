/* Drawing, and what is done by hand. */
const RESULT = $("#panel") ? $("#panel").innerHTML : "";
function draw() {
  const root = document.documentElement, dark = state.theme ? state.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "dark" : "light";
  $("#theme").textContent = dark ? "Light" : "Dark";
  if ($("#panel")) {
    for (const tab of $$(".ask button")) { const on = tab.dataset.q === state.q; tab.setAttribute("aria-selected", on); tab.tabIndex = on ? 0 : -1; }
    const panel = $("#panel"), style = getComputedStyle(panel), inside = panel.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    panel.setAttribute("aria-labelledby", `tab-${state.q}`);
    if (state.q === "result") panel.innerHTML = RESULT; else put(panel, PANELS[state.q](inside));
    put($("#marks"), innerWidth > 1180 ? marksKey() : "");
  }
  const view = viewNow();
  put($("#board"), board.tasks.length ? { map: mapView, task: taskView, row: rowView }[view]() : html`<h2 class="big" id="board-title">Nothing is published yet.</h2>`);
  const cue = $(".cue");
  if (cue) cue.hidden = $(".scroll").scrollWidth <= $(".scroll").clientWidth;
  if (board.tasks.length) costs();
}
function set(change) { Object.assign(state, change); writeAddress(); draw(); }
const focus = (selector) => { const node = $(selector); if (node) node.focus({ preventScroll: true }); };
function toBoard(selector) {
  const { top } = $("#board").getBoundingClientRect();
  if (top < 0 || top > innerHeight * 0.5) $("#board").scrollIntoView({ behavior: "instant" });
  focus(selector);
}
document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const { q, task, row, sort } = button.dataset;
  if (button.id === "theme") set({ theme: document.documentElement.dataset.theme === "dark" ? "light" : "dark" });
  else if (q) { set({ q }); focus(`#tab-${q}`); if (innerWidth <= 1180) $("#panel").scrollIntoView({ block: "nearest", behavior: "instant" }); }
  else if (task) { set({ view: "task", task, sort: state.sort === "error" ? "error" : "" }); say(`Task ${task}`); toBoard("#task"); }
  else if (row) { set({ view: "row", row }); say(`Row ${row}`); toBoard("#row"); }
  else if (sort) { set({ sort: state.sort === sort ? "" : sort }); focus(`[data-sort="${sort}"]`); say(state.sort ? `sorted by ${button.textContent}` : "sorted by family"); }
  else if (button.id === "csv") saveCsv();
});
document.addEventListener("change", ({ target }) => {
  const key = target.dataset.s || target.name || (["task", "row"].includes(target.id) ? target.id : "");
  if (!key || target.id === "find") return;
  set({ ...(["task", "row"].includes(target.id) ? { view: target.id } : {}), [key]: target.value });
  focus(target.dataset.s ? `[data-s="${key}"]` : target.name ? `input[name="${key}"]:checked` : `#${key}`);
});
document.addEventListener("input", ({ target }) => {
  if (target.id !== "find") return;
  const at = target.selectionStart;
  set({ find: target.value });
  focus("#find");
  $("#find").setSelectionRange(at, at);
  say(`${found().length} of ${ORDER.length} rows`);
});
if ($(".ask")) $(".ask").addEventListener("keydown", (event) => {
  const tabs = $$(".ask button"), i = tabs.indexOf(document.activeElement);
  const to = { ArrowDown: i + 1, ArrowRight: i + 1, ArrowUp: i - 1, ArrowLeft: i - 1, Home: 0, End: tabs.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  const tab = tabs[(to + tabs.length) % tabs.length];
  set({ q: tab.dataset.q });
  tab.focus();
});
const csvCell = (value) => /[",\n]/.test(value) ? `"${String(value).replaceAll('"', '""')}"` : value === null || value === undefined ? "" : value;
function csvText() {
  const lines = [["task", "row", "family", "trained_at_one_interval", "status", "E0_rmse_g_per_L", "E0_ratio", "E0_r2", "k_d_rmse_per_s", "k_d_ratio", "k_d_r2", "fit_cpu_s", "predict_cpu_us_per_trace"]];
  for (const { name } of board.tasks) for (const row of ORDER) {
    const cell = cellOf(name, row), about = [name, row, ROW[row].family, ROW[row].hollow, cell ? cell.status || "ok" : "not planned"];
    lines.push(cell && cell.ratio ? [...about, cell.rmse[0], cell.ratio[0][0], cell.r2[0], Number((cell.rmse[1] * 1e-3).toPrecision(5)), cell.ratio[1][0], cell.r2[1], cell.train, cell.answer] : [...about, ...Array(8).fill("")]);
  }
  return `${lines.map((each) => each.map(csvCell).join(",")).join("\n")}\n`;
}
function saveCsv() {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([csvText()], { type: "text/csv" }));
  link.download = "early_inference_bench.csv";
  link.click();
  URL.revokeObjectURL(link.href);
  say("the board is saved as early_inference_bench.csv");
}
addEventListener("hashchange", () => { readAddress(); draw(); });
$(".skip").addEventListener("click", (event) => { event.preventDefault(); $("#board").scrollIntoView({ behavior: "instant" }); $("#board").focus(); });
let waiting = 0, width = innerWidth;
addEventListener("resize", () => { if (innerWidth !== width) { width = innerWidth; clearTimeout(waiting); waiting = setTimeout(draw, 120); } });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
readAddress();
draw();
if (state.view) $("#board").scrollIntoView({ behavior: "instant" });
