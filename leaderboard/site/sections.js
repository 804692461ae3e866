/* Overview: a ranking and its picture in one table. */
function drawOverview() {
  const body = byId("overview-body");
  body.replaceChildren();
  if (!board.overviews.length) body.append(el("p", { class: "note" }, "No ranking yet: it needs the ceiling of every core task."));
  board.overviews.forEach((overview, number) => {
    const named = overview.rows.map((each) => ({ ...each, role: look(each.row).role }));
    const rows = named.filter((each) => !each.role && passes(each.row));
    const ceiling = Object.keys(board.rows).find(isCeiling);
    const one = { ratio: [1, "1.00"], low: 1, high: 1, interval: "by definition", place: "", first: null };
    const pinned = named.filter((each) => each.role);
    if (ceiling) pinned.push({ row: ceiling, role: "ceiling", both: [1, "1.00"], targets: board.targets.map(() => one) });
    const lineOf = (row) => current().lines.find((line) => line.row === row);
    const columns = [
      { key: "row", title: "row", value: (item) => item.row, cell: (item) => (lineOf(item.row) ? rowHead(lineOf(item.row), current()) : el("th", { scope: "row" }, item.row)) },
      { key: "both", title: "both", value: (item) => item.both[0], cell: (item) => numberCell(item.both[1]) },
    ];
    board.targets.forEach(({ symbol }, t) => {
      const ends = overview.rows.flatMap((each) => [each.targets[t].low, each.targets[t].high]).filter((each) => each !== null);
      const xs = scaleOf(Math.min(0.95, ...ends), Math.min(200, Math.max(1.5, ...ends)), true);
      columns.push(
        { key: `ratio${t}`, title: `${symbol}: RMSE / ceiling`, value: (item) => item.targets[t].ratio[0], cell: (item) => el("td", {}, item.targets[t].ratio[1], el("span", { class: "range" }, item.targets[t].interval)) },
        { title: `${symbol}: ${tickText(+xs.low.toPrecision(2))} to ${tickText(+xs.high.toPrecision(2))}, log`, cell: (item) => el("td", {}, forest(item.targets[t], xs, item.row)) });
      if (!overview.cases_only) columns.push(
        { key: `place${t}`, title: "place", value: (item) => item.targets[t].first, cell: (item) => el("td", {}, item.targets[t].place) });
    });
    const caption = `RMSE relative to the exact posterior's, geometric mean over ${overview.tasks.length} core tasks (${overview.tasks.join(", ")}), preset ${overview.preset}: 1 leaves nothing to gain. Of ${seedsText(overview.seeds.length)} the middle fit; below each number its interval.`;
    if (overview.rows.length) body.append(sortable(`overview-${number}`, caption, columns, rows, pinned, drawOverview));
    else body.append(el("p", { class: "note" }, "No row has every core task yet."));
    overview.notes.forEach((note) => body.append(el("p", { class: "note" }, note)));
    if (overview.outside.length) body.append(el("details", {}, el("summary", {}, `Outside the ranking: ${overview.outside.length} row${overview.outside.length === 1 ? "" : "s"}`),
      el("ul", { class: "plain" }, overview.outside.map(([row, why]) => el("li", {}, el("strong", {}, row), `: ${why}`)))));
  });
}

/* Task: what it asks, what is attainable, the scores. */
function drawTask() {
  const table = current(), body = byId("task-body");
  const lines = table.lines.filter((line) => isBound(line) || passes(line.row));
  const free = lines.filter((line) => !isBound(line)), pinned = lines.filter(isBound);
  byId("task-title").textContent = `Task ${table.task}`;
  body.replaceChildren(
    el("p", {}, table.about.question ? `Question: ${table.about.question}. Trained on ${table.about.train}; tested on ${table.about.test}. ` : "", el("span", { class: "hint" }, `Preset ${table.sizes}.`)),
    el("ul", { class: "plain" }, [...table.alarms, ...table.sentences].map((text) => el("li", {}, text))),
    el("div", { class: "panels", id: "task-panels" }));
  const columns = [
    { key: "row", title: "row", value: (line) => line.row, cell: (line) => rowHead(line, table) },
    { key: "overall", title: "error / ceiling", value: (line) => line.values.overall[0], cell: (line) => numberCell(line.values.overall[1]) },
  ];
  const number = (key, title, better) => columns.push({ key, title, better, value: (line) => line.values[key][0], cell: (line) => numberCell(line.values[key][1]) });
  board.targets.forEach(({ symbol, unit }, t) => {
    number(`r2_${t}`, `R2 ${symbol}`, -1);
    number(`ratio_${t}`, `RMSE / ceiling ${symbol}`, 1);
    number(`rmse_${t}`, `RMSE ${symbol} [${unit}]`, 1);
  });
  number("forecast", "forecast pH / ceiling", 1);
  number("fit", "fit [CPU s]", 1);
  number("predict", "predict [µs/case]", 1);
  number("memory", "memory [MB]", 1);
  number("parameters", "parameters", 1);
  columns.push({ key: "status", title: "status", kind: "text", value: (line) => line.status, cell: (line) => el("td", { class: `text ${kindOf(line)}` }, line.status) });
  body.append(
    sortable("scores", `Scores on ${table.task}, ${table.preset}. Numbers are means over seeds, their range in brackets; floor and ceiling always stand first and last. Press a row's name for its details, a heading to sort.`, columns, free, pinned, drawTask),
    table.notes.length ? el("details", {}, el("summary", {}, `Not drawn: ${table.notes.length}`), el("ul", { class: "plain" }, table.notes.map((note) => el("li", {}, note)))) : "");
  drawTaskPictures();
}

function drawTaskPictures() {
  const panels = byId("task-panels"), width = panelWidth(panels);
  const lines = current().lines.filter((line) => isBound(line) || passes(line.row));
  const ranked = [...lines.filter((l) => l.role === "floor"), ...lines.filter((l) => !isBound(l)), ...lines.filter((l) => l.role === "ceiling")];
  panels.replaceChildren(...board.targets.map((_, t) => dotPlot(width, ranked, t)));
}

/* Sampling and prefix: small panels, an interval or a prefix along each. */
function drawCurves() {
  const body = byId("curves-body"), preset = current().preset;
  const tableOf = (task) => board.tables.find((each) => each.task === task && each.preset === preset);
  const places = board.grid.map(([prefix, interval, task]) => ({ prefix, interval, table: tableOf(task) })).filter((each) => each.table);
  const panels = [
    ...group(places, "prefix").map(([value, list]) => ({ title: `prefix ${value} s`, name: "test interval [s]", list: list.map((each) => [each.interval, each.table]) })),
    ...group(places, "interval").map(([value, list]) => ({ title: `every ${value} s`, name: "prefix [s]", list: list.map((each) => [each.prefix, each.table]) })),
  ].filter((panel) => panel.list.length > 1);
  if (!panels.length) { body.replaceChildren(el("p", { class: "note" }, "No curve yet: it needs two tasks that differ in sampling interval or prefix only.")); return; }
  const rows = Object.keys(board.rows).filter((row) => isCeiling(row) || look(row).role === "floor" || passes(row));
  const lineOf = (table, row) => { const found = table.lines.filter((line) => line.row === row && line.n && !line.stale.length); return found.length === 1 ? found[0] : null; };
  const parts = [el("p", { class: "note" }, `${scoreName()} of rows trained every ${board.trained_s} s, against the test's sampling interval and against the prefix. The dotted line is the ceiling. Marks at an edge lie beyond it.`), legend(rows)];
  board.targets.forEach(({ symbol }, target) => {
    const numbers = [];
    const drawn = panels.map((panel) => ({ ...panel, points: rows.map((row) => [row, panel.list.map(([x, table]) => [x, lineOf(table, row)]).filter(([, line]) => line && scoreOf(line, target) !== null).map(([x, line]) => { numbers.push([row, panel.title, x, line.values[scoreKey(target)][1]]); return [x, scoreOf(line, target)]; })]) }));
    const ys = scoreScale(drawn.flatMap((panel) => panel.points.flatMap(([, pairs]) => pairs.map(([, y]) => y))));
    const holder = el("div", { class: "panels" });
    for (const panel of drawn) {
      const at = panel.list.map(([x]) => x), box = { x: 46, y: 24, w: 190, h: 150 };
      const xs = scaleOf(Math.min(...at) * 0.85, Math.max(...at) * 1.18, true);
      xs.ticks = at;
      holder.append(picture(250, 212, `${scoreName()} of ${symbol}, ${panel.title}, against the ${panel.name}`, ...curvePanel(box, xs, ys, panel.name, "", panel.title, panel.points)));
    }
    parts.push(el("h3", {}, `${symbol}: ${scoreName()}`), holder, el("details", {}, el("summary", {}, `The numbers of these curves, ${symbol}`), plainTable(`${scoreName()} of ${symbol}`, ["row", "panel", "at [s]", scoreName()], numbers)));
  });
  body.replaceChildren(...parts);
}

const group = (list, key) => [...new Map(list.map((each) => [each[key], null])).keys()].sort((a, b) => a - b).map((value) => [value, list.filter((each) => each[key] === value)]);

/* Accuracy against cost, with floor and ceiling as lines. */
function drawCost() {
  const body = byId("cost-body"), table = current();
  const lines = table.lines.filter((line) => line.n && line.values.overall[0] !== null);
  const shown = lines.filter((line) => line.values[state.cost][0] !== null && (isBound(line) || passes(line.row)) && !(line.role === "ceiling" && state.cost === "fit"));
  if (!shown.length) { body.replaceChildren(el("p", { class: "note" }, "No cost was measured on this task yet.")); return; }
  const costs = shown.map((line) => Math.max(line.values[state.cost][0], 1e-3));
  const width = Math.min(900, panelWidth(body, 1)), box = { x: 52, y: 18, w: width - 190, h: 320 };
  const xs = scaleOf(Math.min(...costs) / 1.6, Math.max(...costs) * 1.6, true);
  const ys = scaleOf(0.93, Math.min(300, Math.max(2, ...lines.map((line) => line.values.overall[0])) * 1.15), true);
  const name = state.cost === "fit" ? "fit [CPU s], one core" : "predict, all test cases at once [µs of one core a case]";
  const { x, y, parts } = frame(box, xs, ys, name, "error / ceiling", "");
  for (const line of lines.filter(isBound)) parts.push(stroke(box.x, y(line.values.overall[0]), box.x + box.w, y(line.values.overall[0]), "bound"), label(box.x + 4, y(line.values.overall[0]) - 4, line.role));
  const taken = [];
  for (const line of shown.slice().sort((a, b) => a.values.overall[0] - b.values.overall[0])) {
    const px = x(Math.max(line.values[state.cost][0], 1e-3)), py = y(line.values.overall[0]);
    const mark = marker(line.row, px, py, 1.2);
    mark.append(sv("title", {}, `${line.label}: ${line.values[state.cost][1]}, error / ceiling ${line.values.overall[1]}`));
    let ly = py + 4;
    while (taken.some(([tx, ty]) => Math.abs(tx - px) < 110 && Math.abs(ty - ly) < 12)) ly -= 12;
    taken.push([px, ly]);
    parts.push(mark, label(px + 9, ly, line.label, { class: faded(line.row) ? "name faded" : "name" }));
  }
  body.replaceChildren(el("p", { class: "note" }, `Task ${table.task}: RMSE relative to the ceiling, geometric mean over both targets, against what an answer costs. Down and left is better.`),
    picture(width, 378, `Error relative to the ceiling against ${name} for ${shown.length} rows on ${table.task}. The numbers are in the table of the task.`, ...parts));
}

/* Reliability: coverage against what was stated. */
function drawReliability() {
  const body = byId("reliability-body"), table = current();
  const lines = table.lines.filter((line) => line.reliability && (isBound(line) || passes(line.row)));
  if (!lines.length) { body.replaceChildren(el("p", { class: "note" }, "No row states its uncertainty on this task.")); return; }
  const levels = Array.from({ length: 21 }, (_, i) => i / 20), unit = scaleOf(0, 1, false), tens = scaleOf(0, 1, false);
  const most = Math.max(2, ...lines.flatMap((line) => line.reliability.flatMap((each) => each.density)));
  const holder = el("div", { class: "panels" });
  board.targets.forEach(({ symbol }, t) => {
    const box = { x: 46, y: 24, w: 220, h: 220 };
    const one = frame(box, unit, unit, "stated probability", "share of cases inside", `${symbol}: coverage`);
    const [low, high] = table.chance;
    const band = sv("path", { class: "band", d: "M" + levels.map((level, i) => `${one.x(level)},${one.y(low[i])}`).join("L") + "L" + levels.map((level, i) => `${one.x(level)},${one.y(high[i])}`).reverse().join("L") + "Z" });
    const lanes = lines.map((line) => sv("polyline", { fill: "none", stroke: colour(line.row), "stroke-width": 1.8, class: faded(line.row) ? "faded" : null, points: levels.map((level, i) => `${one.x(level).toFixed(1)},${one.y(line.reliability[t].coverage[i]).toFixed(1)}`).join(" ") }, sv("title", {}, line.label)));
    holder.append(picture(280, 290, `Coverage of ${symbol} against the stated probability on ${table.task}`, band, ...one.parts, stroke(one.x(0), one.y(0), one.x(1), one.y(1), "bound"), ...lanes));
    const two = frame(box, tens, scaleOf(0, most * 1.05, false), "stated probability of a smaller value", "density of cases", `${symbol}: rank of the truth`);
    const stairs = lines.map((line) => sv("polyline", { fill: "none", stroke: colour(line.row), "stroke-width": 1.8, class: faded(line.row) ? "faded" : null, points: line.reliability[t].density.flatMap((d, i) => [[i / 10, d], [(i + 1) / 10, d]]).map(([a, b]) => `${two.x(a).toFixed(1)},${two.y(b).toFixed(1)}`).join(" ") }, sv("title", {}, line.label)));
    holder.append(picture(280, 290, `Ranks of the true ${symbol} on ${table.task}: flat where the stated uncertainty is right`, ...two.parts, stroke(two.x(0), two.y(1), two.x(1), two.y(1), "bound"), ...stairs));
  });
  const percent = (share) => `${(100 * share).toFixed(0)} %`;
  body.replaceChildren(el("p", { class: "note" }, `Task ${table.task}, first seed: is the stated uncertainty as wide as the errors are? The dotted line is "as stated"; grey is what chance allows an honest row.`), legend(lines.map((line) => line.row)), holder,
    el("details", {}, el("summary", {}, "The numbers of these pictures"), plainTable("Share of cases within the stated central interval", ["row", ...board.targets.flatMap(({ symbol }) => [`${symbol}, within 50 %`, `${symbol}, within 90 %`])], lines.map((line) => [line.label, ...line.reliability.flatMap((each) => [percent(each.coverage[10]), percent(each.coverage[18])])]))));
}

/* Status: rows against tasks. */
const kindOf = (line) => (line.cells.some((cell) => !["ok", "cannot", "not_run"].includes(cell.status)) ? "bad" : line.stale.length ? "stale" : line.cells.some((cell) => cell.status === "not_run") ? "none" : line.cells.every((cell) => cell.status === "cannot") ? "cannot" : "ok");

function drawStatus() {
  const rows = Object.keys(board.rows).filter((row) => look(row).role || passes(row));
  const members = new Map(board.tables.map((table, t) => [t, new Map()]));
  board.tables.forEach((table, t) => table.lines.forEach((line) => { const own = members.get(t); own.set(line.row, [...(own.get(line.row) || []), line]); }));
  const presets = new Set(board.tables.map((table) => table.preset)).size > 1;
  const cellOf = (t, row) => {
    const lines = members.get(t).get(row) || [];
    if (!lines.length) return el("td", { class: "text none" }, NONE);
    const worst = ["bad", "stale", "none", "cannot", "ok"].find((kind) => lines.some((line) => kindOf(line) === kind));
    return el("td", { class: `text ${worst}` }, lines.map((line) => line.status).join("; "));
  };
  byId("status-body").replaceChildren(plainTable("Every planned cell: the number of seeds in each status. not_run has no record yet; stale names what has changed since; where it is the plugin that was not found, write the page again and give its folder with --models.", ["task", ...(presets ? ["preset"] : []), ...rows],
    board.tables.map((table, t) => [table.task, ...(presets ? [table.preset] : []), ...rows.map((row) => cellOf(t, row))])));
}

function drawMachines() {
  byId("machines-body").replaceChildren(plainTable("Where the cells were made", ["kind", "what", "cells"], board.machines.map(([kind, text, n]) => [kind, el("td", { class: "text" }, text), n])));
}

/* Details of one row on one task. */
function openDetails(line, table) {
  const seeds = line.cells.filter((cell) => cell.predicted);
  const truth = table.truth === null ? null : board.truths[table.truth];
  const holder = el("div", { class: "panels" });
  const show = (cell) => holder.replaceChildren(...scatter(Math.min(430, Math.max(260, byId("details").clientWidth - 50)), cell, truth, line.row));
  const about = look(line.row);
  const rows = line.cells.map((cell) => [cell.seed, el("td", { class: "text" }, cell.status), ...board.targets.flatMap((_, t) => [cell.r2 ? cell.r2[t][1] : NONE, cell.ratio ? cell.ratio[t][1] : NONE]), el("td", { class: "text" }, cell.commit || NONE), el("td", { class: "text" }, cell.message || "")]);
  byId("details-body").replaceChildren(
    el("button", { class: "close", type: "button", onclick: () => byId("details").close() }, "Close"),
    el("h2", { id: "details-title" }, `${line.label} on ${table.task}`),
    about.about ? el("p", {}, about.about) : "",
    seeds.length > 1 ? el("fieldset", { class: "switch" }, el("legend", {}, "Seed"), seeds.map((cell, i) => el("label", {}, el("input", { type: "radio", name: "seed", checked: i === 0, onclick: () => show(cell) }), ` ${cell.seed}`))) : "",
    holder,
    seeds.length ? el("p", { class: "hint" }, `The first ${board.n_shown} test cases at most; open marks lie beyond the picture.`) : el("p", { class: "note" }, "No predictions to draw."),
    plainTable("Seeds", ["seed", "status", ...board.targets.flatMap(({ symbol }) => [`R2 ${symbol}`, `RMSE / ceiling ${symbol}`]), "commit", "message"], rows),
    el("h3", {}, "Settings"),
    ...(about.settings.length ? about.settings.map((settings) => plainTable(about.settings.length > 1 ? "One of several settings" : "Settings of the model", ["setting", "value"], Object.entries(settings).map(([name, value]) => [name, el("td", { class: "text" }, el("code", {}, value))]))) : [el("p", { class: "note" }, "This row has no settings.")]));
  byId("details").showModal();
  if (seeds.length && truth) show(seeds[0]);
}

/* Everything that depends on the state. */
const panelWidth = (node, most = 2) => {
  const whole = Math.max(300, node.clientWidth || 900);
  return whole < 760 || most === 1 ? whole : Math.floor((whole - 16) / 2);
};
function drawPictures(focus) {
  drawTaskPictures(); drawCurves(); drawCost(); drawReliability();
  if (focus) { const button = document.activeElement === document.body && document.querySelector(`[data-legend="${CSS.escape(focus)}"]`); if (button) button.focus(); }
}
function draw() {
  drawOverview(); drawTask(); drawPictures(); drawStatus();
  const free = current().lines.filter((line) => !isBound(line)), n = free.filter((line) => passes(line.row)).length;
  byId("shown").textContent = `${n} of ${free.length} rows, floor and ceiling beside them`;
}

function start() {
  const select = byId("task-switch");
  const several = new Set(board.tables.map((table) => table.preset)).size > 1;
  const option = (table, i) => el("option", { value: i }, several ? `${table.task}, ${table.preset}` : table.task);
  const numbered = board.tables.map((table, i) => [table, i]);
  for (const [name, core] of [["core tasks", true], ["further tasks", false]]) {
    const own = numbered.filter(([table]) => Boolean(table.about.core) === core);
    if (own.length) select.append(el("optgroup", { label: name }, own.map(([table, i]) => option(table, i))));
  }
  const asked = decodeURIComponent(location.hash.match(/^#task=(.*)$/)?.[1] || "");
  const named = board.tables.findIndex((table) => table.task === asked);
  state.table = named >= 0 ? named : Number(select.value || 0);
  select.value = String(state.table);
  select.addEventListener("change", () => { state.table = Number(select.value); history.replaceState(null, "", `#task=${encodeURIComponent(current().task)}`); draw(); });
  byId("filter").addEventListener("input", (event) => { state.filter = event.target.value.trim().toLowerCase(); draw(); });
  for (const input of document.querySelectorAll('input[name="score"]')) input.addEventListener("change", () => { state.score = input.value; drawPictures(); });
  for (const input of document.querySelectorAll('input[name="cost"]')) input.addEventListener("change", () => { state.cost = input.value; drawCost(); });
  const paint = (theme) => { document.documentElement.dataset.theme = theme; byId("theme").textContent = theme === "dark" ? "Light" : "Dark"; };
  paint(matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  byId("theme").addEventListener("click", () => paint(document.documentElement.dataset.theme === "dark" ? "light" : "dark"));
  let waiting = 0, width = innerWidth;
  addEventListener("resize", () => { if (innerWidth !== width) { width = innerWidth; cancelAnimationFrame(waiting); waiting = requestAnimationFrame(() => drawPictures()); } });
  if (board.tables.length) draw(); else byId("overview-body").append(el("p", { class: "note" }, "Nothing is published yet."));
  drawMachines();
}
start();
