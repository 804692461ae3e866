/* The board: all tasks, one task or one row, in the same place. */
const WORDS = () => state.find.toLowerCase().split(/[\s,]+/).filter(Boolean);
function found() {
  const words = WORDS();
  return ORDER.filter((row) => !words.length || words.some((each) => row.toLowerCase().includes(each) || ROW[row].title.toLowerCase().includes(each)));
}
const heatOf = (ratio, floor) => ratio === null ? "" : ratio <= 1.05 ? "h0" : floor !== null && ratio > floor * 1.05 ? "h5" : ratio <= 1.25 ? "h1" : ratio <= 2 ? "h2" : ratio <= 5 ? "h3" : "h4";
const unitName = (t) => t ? "1e-3/s" : "g/L";
const seg = (name, legend, now, choices) => html`<fieldset class="seg"><legend>${legend}</legend>${choices.map(([value, text]) => html`<label><input type="radio" name="${name}" value="${value}"${now === value ? html` checked` : ""}>${text}</label>`)}</fieldset>`;
function tools(view, title) {
  const t = targetNow();
  return html`<div class="tools"><h2 class="big" id="board-title">${title}</h2>${seg("view", "Show", view, [["map", "all tasks"], ["task", "one task"], ["row", "one row"]])}${view === "task" ? seg("sort", "Order", state.sort ? "error" : "", [["", "by family"], ["error", "by error"]]) : ""}${view === "map" ? [seg("t", "Error of", board.targets[t].symbol, board.targets.map(({ symbol }) => [symbol, symbol])), seg("as", "as", state.as, [["ratio", "× attainable"], ["unit", unitName(t)]])] : ""}${view === "row" ? "" : html`<label><span class="off">Find rows or families</span><input type="search" id="find" placeholder="tcn, gru, trees" value="${state.find}" autocomplete="off" spellcheck="false"></label>`}<button type="button" id="csv">Download CSV</button></div>`;
}
const marksKey = () => {
  const families = [...new Set(ORDER.map((row) => ROW[row].family))];
  return html`<ul class="key">${families.map((family) => html`<li>${icon(ORDER.find((row) => ROW[row].family === family))} ${board.families[family]}</li>`)}<li class="all"><span><b>Filled</b>: no training, or many intervals in it. <b>Hollow</b>: trained at one interval.</span></li></ul>`;
};
const HEAT = [["h0", "attainable (within 5 %)"], ["h1", "to 1.25 ×"], ["h2", "to 2 ×"], ["h3", "to 5 ×"], ["h4", "more"], ["h5", "worse than always the average, by over 5 %"]];
const heatKey = () => html`<ul class="key">${HEAT.map(([kind, text]) => html`<li><i class="${kind}"></i> ${text}</li>`)}</ul>`;

/* Rows by family, or in one list where they are sorted. */
function grouped(rows, span, lineOf, value) {
  if (value) {
    const far = (row) => { const v = value(row); return v === null || v === undefined ? Infinity : v; };
    return [...rows].sort((a, b) => far(a) - far(b) || ORDER.indexOf(a) - ORDER.indexOf(b)).map(lineOf);
  }
  return board.groups.map(({ title, rows: members }) => {
    const own = members.filter((row) => rows.includes(row));
    return own.length ? [html`<tr class="fam"><th colspan="${span}" scope="rowgroup">${title}</th></tr>`, own.map(lineOf)] : "";
  });
}
const rowHead = (row) => html`<th scope="row"><button type="button" data-row="${row}" title="${ROW[row].about}">${icon(row)}<span>${broken(row)}</span></button></th>`;
const whyNot = (cell) => !cell ? "was not planned" : cell.why ? `${cell.status}: ${cell.why}` : cell.status || "no score";
const nobody = (span) => html`<tr><td colspan="${span}" class="none">No row or family has “${state.find}” in its name.</td></tr>`;

function mapView() {
  const t = targetNow(), asUnit = state.as === "unit", rows = found(), span = board.tasks.length + 4;
  const gap = (i) => !board.tasks[i + 1] || board.tasks[i + 1].group !== board.tasks[i].group ? " gap" : "";
  const sortHead = (key, text, title, more = "") => html`<th scope="col" class="${more}" title="${title}" aria-sort="${state.sort === key ? "ascending" : "none"}"><button type="button" data-sort="${key}">${text}</button></th>`;
  const groups = board.task_groups.map(([key, title]) => [title, board.tasks.filter((task) => task.group === key).length]).filter(([, n]) => n);
  const numberOf = (row, task) => { const cell = cellOf(task.name, row); return cell && cell.ratio ? (asUnit ? cell.rmse[t] : cell.ratio[t][0]) : null; };
  const value = { core: (row) => ROW[row].core && ROW[row].core.both, train: (row) => ROW[row].train, answer: (row) => ROW[row].answer }[state.sort] || (state.sort && TASK[state.sort] ? (row) => numberOf(row, TASK[state.sort]) : null);
  const one = (row, task, i) => {
    const cell = cellOf(task.name, row);
    if (!cell || !cell.ratio) return html`<td class="none${gap(i)}" title="${row} on ${task.name}: ${whyNot(cell)}">${cell ? cell.status.replace(/^\d+ /, "").slice(0, 6) : NONE}</td>`;
    const [ratio, low, high] = cell.ratio[t], stale = cell.stale.length ? `; stale: ${cell.stale.join(", ")}` : "";
    return html`<td class="${heatOf(ratio, task.floor[t])}${gap(i)}" title="${row} on ${task.name}: ${times(ratio)} × attainable (seeds ${times(low)} to ${times(high)}); error ${withUnit(cell.rmse[t], t)}; R2 ${r2Text(cell.r2[t])}${stale}">${asUnit ? short(cell.rmse[t], t) : times(ratio)}${stale ? "*" : ""}</td>`;
  };
  const lineOf = (row) => {
    const core = ROW[row].core, none = board.tasks.every((task) => !cellOf(task.name, row) || !cellOf(task.name, row).ratio);
    const front = html`${rowHead(row)}<td title="${ROW[row].outside}"><b>${core ? times(core.both) : NONE}</b></td><td>${toTrain(ROW[row].train)}</td><td class="gap">${toAnswer(ROW[row].answer)}</td>`;
    if (none) return html`<tr data-of="${row}">${front}<td class="none left" colspan="${board.tasks.length}">${whyNot(board.tasks.map((task) => cellOf(task.name, row)).find((cell) => cell && cell.why) || cellOf(board.tasks[0].name, row))}</td></tr>`;
    return html`<tr data-of="${row}">${front}${board.tasks.map((task, i) => one(row, task, i))}</tr>`;
  };
  const body = rows.length ? grouped(rows, span, lineOf, value) : nobody(span);
  const stale = board.tasks.some((task) => Object.values(board.cells[task.name]).some((cell) => cell.stale && cell.stale.length));
  return html`${tools("map", "Every row on every task")}${innerWidth > 1180 && $("#marks") ? "" : marksKey()}${heatKey()}<p class="note"><b>30 s @ 1</b>: 30 s of pH, a sample every 1 s. <b>Bold</b>: core task, in the ranking (both ×). Choose a heading or a row for its details.${stale ? " * stale: made before a change." : ""} <span class="cue">The table goes on to the right.</span></p>
  <div class="scroll" tabindex="0" role="region" aria-label="All rows on all tasks"><table class="map" style="--n:${board.tasks.length}"><caption class="off">Error of ${board.targets[t].symbol}, ${asUnit ? unitName(t) : "times the attainable error"}</caption><colgroup><col class="name"><col class="cost"><col class="cost"><col class="cost">${board.tasks.map(() => html`<col>`)}</colgroup><thead><tr><th rowspan="2" scope="col" class="first">Row</th><th class="g" colspan="3" scope="colgroup">Core tasks and cost</th>${groups.map(([title, n]) => html`<th class="g" colspan="${n}" scope="colgroup">${title}</th>`)}</tr>
  <tr>${sortHead("core", html`both<br>×`, "geometric mean of the ratios of E0 and k_d over the core tasks")}${sortHead("train", html`train<br>CPU`, "longest fit of a core task")}${sortHead("answer", html`answer<br>CPU`, "a trace, all test cases in one batch", "gap")}${board.tasks.map((task, i) => html`<th scope="col" class="${task.core ? "core" : ""}${gap(i)}" title="${task.name}: ${task.question}"><button type="button" data-task="${task.name}" aria-label="${task.name}: trained on ${task.train}, tested on ${task.test}">${task.heading[0]}<br>${task.heading[1]}</button></th>`)}</tr></thead>
  <tbody><tr class="att"><th scope="row">attainable, ${unitName(t)}</th><td></td><td></td><td class="gap"></td>${board.tasks.map((task, i) => html`<td class="${gap(i)}">${task.attainable ? unit(task.attainable[t], t) : NONE}</td>`)}</tr>${body}</tbody></table></div>`;
}

/* Both targets of one row on one task, as the cells of a table. */
const detailSpan = () => isPhone() ? 3 : innerWidth <= 1180 ? 9 : 13;
function detail(row, cell, task, most) {
  if (!cell || !cell.ratio) return html`<td class="none left" colspan="${detailSpan() - 1}">${whyNot(cell)}</td>`;
  const target = (t) => html`<td class="big ${heatOf(cell.ratio[t][0], task.floor[t])}">${times(cell.ratio[t][0])}<span class="sub">${withUnit(cell.rmse[t], t)}</span></td><td class="wide mid">${cell.ratio[t][0] === null ? "" : strip(row, cell.ratio[t], most[t], task.floor[t])}</td><td class="wide">${unit(cell.rmse[t], t)}</td><td class="wide">${r2Text(cell.r2[t])}</td><td class="wide mid">${cell.inside[t] === null ? "" : cell.inside[t].toFixed(2)}</td>`;
  return html`${target(0)}${target(1)}<td class="wide">${toTrain(trainOf(row, cell))}</td><td class="wide">${toAnswer(cell.answer)}</td>`;
}
const detailHead = (first) => html`<thead><tr><th scope="col" class="left">${first}</th>${[0, 1].map((t) => html`<th scope="col">${board.targets[t].symbol}<br>× attainable</th><th class="wide mid left strip" scope="col">${board.targets[t].symbol} on a log scale${t ? "" : "; line: attainable, dots: the average"}</th><th class="wide" scope="col">${board.targets[t].symbol} error<br>${unitName(t)}</th><th class="wide" scope="col">${board.targets[t].symbol}<br>R2</th><th class="wide mid" scope="col" title="share of cases inside its own 90 % interval">${board.targets[t].symbol} in<br>its 90&nbsp;%</th>`)}<th class="wide" scope="col">train<br>CPU</th><th class="wide" scope="col">answer<br>CPU</th></tr></thead>`;
const mostOf = (cells, tasks) => [0, 1].map((t) => 1.15 * Math.max(1.5, ...cells.filter((cell) => cell && cell.ratio).map((cell) => cell.ratio[t][2] || 1), ...tasks.map((task) => task.floor[t] || 1)));

function taskView() {
  const task = TASK[state.task], rows = found(), i = board.tasks.indexOf(task), near = (step) => board.tasks[(i + step + board.tasks.length) % board.tasks.length].name;
  const most = mostOf(rows.map((row) => cellOf(task.name, row)), [task]);
  const lineOf = (row) => html`<tr data-of="${row}">${rowHead(row)}${detail(row, cellOf(task.name, row), task, most)}</tr>`;
  const value = state.sort ? (row) => both(cellOf(task.name, row)) : null;
  const select = html`<select id="task">${board.task_groups.map(([key, title]) => { const own = board.tasks.filter((each) => each.group === key); return own.length ? html`<optgroup label="${title}">${own.map((each) => option(each.name, each.name, each === task))}</optgroup>` : ""; })}</select>`;
  const tells = task.attainable ? html` Attainable: E0 ± ${withUnit(task.attainable[0], 0)}, k_d ± ${withUnit(task.attainable[1], 1)}: these samples tell ${tellsOf(task.ceiling_r2[1])}.` : " Its attainable error is not known.";
  return html`${tools("task", "One task")}<div class="taskhead"><label class="note">Task ${select}</label><button type="button" data-task="${near(-1)}" aria-label="previous task">←</button><button type="button" data-task="${near(1)}" aria-label="next task">→</button>
  <p>${task.train ? html`<b>Trained on ${task.train}; tested on ${task.test}.</b>` : html`<b>${task.name}.</b>`}${tells} ${task.question ? html`<span class="soft">It asks: ${task.question}.</span>` : ""}</p></div>${innerWidth > 1180 && $("#marks") ? "" : marksKey()}
  <div class="scroll"><table class="one"><caption class="off">Every row on ${task.name}</caption>${detailHead("Row")}<tbody>${rows.length ? grouped(rows, detailSpan(), lineOf, value) : nobody(detailSpan())}</tbody></table></div>`;
}

function rowView() {
  const row = state.row, own = ROW[row], cells = board.tasks.map((task) => cellOf(task.name, row)), most = mostOf(cells, board.tasks);
  const select = html`<select id="row">${board.groups.map(({ title, rows }) => html`<optgroup label="${title}">${rows.map((each) => option(each, each, each === row))}</optgroup>`)}</select>`;
  const core = own.core ? ["E0", "k_d"].map((symbol, t) => { const { ratio, low, high, place } = own.core.targets[t]; return `${symbol} ${times(ratio)} × attainable (95 %: ${times(low)} to ${times(high)}${place ? `, place ${place}` : ""})`; }).join(", ") : "";
  const settings = Object.entries(own.settings);
  const lineOf = (task) => html`<tr data-task-of="${task.name}"><th scope="row"><button type="button" data-task="${task.name}"><span>${broken(task.name)}</span></button><span class="note wide">${task.train.split(" + ").length > 1 ? "several intervals" : task.train} → ${task.test}</span></th>${detail(row, cellOf(task.name, row), task, most)}</tr>`;
  return html`${tools("row", "One row")}<div class="taskhead"><label class="note">Row ${select}</label><p>${icon(row)} <b>${own.about || row}</b> <span class="soft">${own.title}.</span> ${core ? `Core tasks: ${core}.` : own.outside ? `Outside the ranking: ${own.outside}.` : ""}</p></div>${settings.length ? html`<details><summary>Settings</summary><p class="note">${settings.map(([name, value]) => html`<code>${name} = ${value}</code> `)}</p></details>` : ""}
  <div class="scroll"><table class="one"><caption class="off">${row} on every task</caption>${detailHead("Task")}<tbody>${board.task_groups.map(([key, title]) => { const tasks = board.tasks.filter((task) => task.group === key); return tasks.length ? [html`<tr class="fam"><th colspan="${detailSpan()}" scope="rowgroup">${title}</th></tr>`, tasks.map(lineOf)] : ""; })}</tbody></table></div>${whereTable(row)}`;
}

/* Where in the prior a row errs, over the core tasks. */
const WHERE = { E0_g_per_L: "enzyme load E0", k_d_per_s: "deactivation k_d", temperature_C: "temperature", initial_pH: "initial pH", substrate_mM: "urea" };
function whereTable(row) {
  const of = ROW[row].where, names = Object.keys(WHERE).filter((name) => of[name]);
  if (!names.length) return "";
  const cells = (thirds) => thirds.map((ratio) => html`<td class="${heatOf(ratio, null)}">${times(ratio)}</td>`);
  return html`<h3>Where in the prior it errs</h3><p class="note">Times attainable over the core tasks, for the cases in each third of a quantity's range. Below 1 in a third of E0 or k_d is no leak: the attainable error is the smallest over the whole prior.</p>
  <div class="scroll"><table class="one where"><caption class="off">Ratio by thirds of the prior</caption><thead><tr><th scope="col" class="left">By thirds of</th>${board.targets.map(({ symbol }) => ["low", "middle", "high"].map((third) => html`<th scope="col">${symbol}<br>${third}</th>`))}</tr></thead><tbody>${names.map((name) => html`<tr><th scope="row">${WHERE[name]}</th>${of[name].map(cells)}</tr>`)}</tbody></table></div>`;
}

function costs() {
  const task = viewNow() === "task" ? state.task : "";
  put($("#costs"), html`<h2 class="big" id="cost-title">Accuracy against cost, ${task ? `on ${task}` : "over the core tasks"}</h2><p class="note">Error: geometric mean of both numbers, times attainable. Down and left is better. Named rows are on the front: nothing cheaper is as accurate. The others say their names when pointed at.</p><div class="cost2"><div></div><div></div></div>`);
  const [answer, train] = $$(".cost2 > div"), w = answer.clientWidth;
  put(answer, costChart(w, "answer", "Error against time to answer", "CPU time a trace, in a batch", (v) => v < 1000 ? `${v} µs` : `${v / 1000} ms`));
  put(train, costChart(w, "train", "Error against time to train", task ? "CPU time of a fit" : "CPU time of the longest fit", (v) => `${v} s`));
}
