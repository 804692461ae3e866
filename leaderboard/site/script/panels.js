/* Three questions, each answered in place. */
const gridAt = (p, d) => board.grid.find((each) => each[0] === p && Math.abs(each[1] - d) < 1e-9);
const LENGTHS = [...new Set(board.grid.map((each) => each[0]))].filter((p) => board.grid.some((each) => each[0] === 2 * p));
const INTERVALS = [...new Set(board.grid.map((each) => each[1]))].filter((d) => [d / 2, 2 * d].every((other) => board.grid.some((each) => Math.abs(each[1] - other) < 1e-9))).sort((a, b) => a - b);
const option = (value, text, chosen) => html`<option value="${value}"${chosen ? html` selected` : ""}>${text}</option>`;
const measuredTask = (p, d) => (board.measured.at.find((each) => each[0] === p && each[1] === d) || [])[2];
const without = (family) => family === "learned" || family === "trees";
const bestOf = (task, wanted) => ORDER.filter((row) => wanted(ROW[row]) && scored(cellOf(task, row)) && both(cellOf(task, row)) !== null).sort((a, b) => both(cellOf(task, a)) - both(cellOf(task, b)))[0];
const ABOUT_CASES = "Exact posterior, averaged over enzyme loads and deactivation rates of the whole prior; noise 0.01 pH.";

/* A length and an interval that the grid has: what an address asks for otherwise is not guessed. */
function asked() {
  const p = LENGTHS.includes(Number(state.p)) ? Number(state.p) : 30, d = INTERVALS.includes(Number(state.d)) ? Number(state.d) : 1;
  return { p, d: gridAt(p, d) ? d : INTERVALS.find((each) => gridAt(p, each)) };
}
function picker({ p, d }) {
  return html`<div class="controls"><label>I measure for <select data-s="p">${LENGTHS.map((v) => option(v, `${v} s`, v === p))}</select></label><label>a sample every <select data-s="d">${INTERVALS.filter((v) => gridAt(p, v)).map((v) => option(v, `${v} s`, v === d))}</select></label></div>`;
}
const tellsOf = (r2) => r2 < 0.1 ? "next to nothing about k_d" : r2 < 0.9 ? "a part of k_d" : "k_d as well as E0";

function usePanel() {
  const at = asked(), [, , , ...error] = gridAt(at.p, at.d), task = measuredTask(at.p, at.d), trained = board.measured.trained_s;
  const share = (t) => {
    const percent = 100 * error[t] / board.prior[t];
    return html`<div><div class="num">± ${withUnit(error[t], t)} <small>${board.targets[t].symbol}</small></div><div class="bar" aria-hidden="true"><i style="width:${Math.min(100, percent).toFixed(1)}%"></i></div><span class="note">${percent < 0.95 ? "< 1" : Math.round(percent)} % of what was open before (${withUnit(board.prior[t], t)})</span></div>`;
  };
  const line = (row, what) => {
    const cell = cellOf(task, row);
    return html`<tr><th scope="row"><span class="rn">${icon(row)}<b>${broken(row)}</b></span><span class="note">${what}</span></th>${[0, 1].map((t) => html`<td>${unit(cell.rmse[t], t)}<br><span class="note">${times(cell.ratio[t][0])} ×</span></td>`)}<td class="wide">${toTrain(trainOf(row, cell))}</td><td>${toAnswer(cell.answer)}</td></tr>`;
  };
  const wanted = [[() => true, "best row of all"], [(row) => without(row.family), "best row that knows no chemistry"]];
  if (at.d !== trained) wanted.push([(row) => row.family === "learned" && row.hollow, `best network that saw ${trained} s only`]);
  const rows = task ? wanted.map(([is, what]) => [bestOf(task, is), what]).filter(([row]) => row) : [];
  const others = board.measured.at.map(([p, d]) => `${p} s every ${d} s`).join(", ");
  return html`<h2>What to use, and what error to expect</h2>${picker(at)}
    <p class="answer"><b>Use <code>infer</code>.</b> It computes the exact posterior: no method has a smaller error on average, and it says how sure it is of your trace. These samples tell ${tellsOf(1 - (error[1] / board.prior[1]) ** 2)}.</p>
    <div class="big2">${share(0)}${share(1)}</div>
    ${rows.length ? html`<table class="use"><caption>Tested on traces like yours (<button type="button" class="link" data-task="${task}">${task}</button>), trained every ${trained} s</caption><thead><tr><th scope="col">row</th><th scope="col">E0, g/L</th><th scope="col">k_d, 1e-3/s</th><th class="wide" scope="col">to train, CPU</th><th scope="col">to answer, CPU</th></tr></thead><tbody>${rows.map(([row, what]) => line(row, what))}</tbody></table>`
      : html`<p class="note">No row was tested at this pair: the error is that of the exact posterior, on the board's own test cases. Rows were tested at ${others || "no plain pair on this board"}.</p>`}
    <pre>python run_bench.py infer trace.csv</pre>`;
}

function fasterPanel(w) {
  const { p, d } = asked();
  const options = [["as now", p, d], ["twice as long", 2 * p, d], ["twice as fast", p, d / 2], ["twice as long, same number of samples", 2 * p, 2 * d]].map(([text, length, interval]) => ({ text, length, interval, grid: gridAt(length, interval) })).filter((each) => each.grid);
  const [now, longer, faster] = options, less = (each, t) => Math.round(100 * (1 - each.grid[3 + t] / now.grid[3 + t]));
  const verdict = (t) => { const gap = less(longer, t) - less(faster, t); return Math.max(less(longer, t), less(faster, t)) < 3 ? "neither helps much" : Math.abs(gap) <= 1 ? "both alike" : gap > 0 ? "longer" : "faster"; };
  const change = (each, t) => { const n = less(each, t); return n > 0 ? `${n} % less` : n < 0 ? `${-n} % more` : "no less"; };
  return html`<h2>Faster, or longer?</h2>${picker({ p, d })}
    <p class="answer"><b>For k_d: ${verdict(1)}. For E0: ${verdict(0)}.</b> Twice as long: error of k_d ${change(longer, 1)}, of E0 ${change(longer, 0)}. Twice as fast: ${change(faster, 1)} and ${change(faster, 0)}.</p>
    <div class="chart">${fasterChart(w, d, options)}</div>
    <table class="use"><thead><tr><th scope="col">attainable error</th><th scope="col">samples</th><th scope="col">E0, g/L</th><th scope="col">k_d, 1e-3/s</th></tr></thead><tbody>${options.map((each, k) => html`<tr><th scope="row"><b>${"ABCD"[k]}</b>&ensp;${each.text} <span class="note">${each.length} s every ${Number(each.interval.toPrecision(3))} s</span></th><td>${each.grid[2]}</td><td>${unit(each.grid[3], 0)}</td><td><b>${unit(each.grid[4], 1)}</b></td></tr>`)}</tbody></table>
    <p class="note">${ABOUT_CASES} For your own trace <code>infer</code> says how many seconds more are needed; before you measure, ask for a load and a rate:</p>
    <pre>python run_bench.py plan --e0 0.5 --kd 1e-3</pre>`;
}

function failsPanel(w) {
  const failure = board.failures.find((each) => String(each.at) === state.at) || board.failures.at(-1);
  const told = (task, row) => { const cell = task && cellOf(task, row); return scored(cell) && both(cell) !== null ? cell.ratio.map((ratio) => ratio[0]) : null; };
  const rows = ORDER.filter((row) => ROW[row].hollow && [failure.base, failure.shift, failure.matched].every((task) => told(task, row)));
  const row = rows.includes(state.net) ? state.net : rows.includes(failure.row) ? failure.row : rows[0];
  const remedy = bestOf(failure.shift, (each) => without(each.family) && !each.hollow);
  const head = html`<h2>Why ${row || "a network"} fails at ${failure.at} s</h2>`;
  if (!row) return html`${head}<p class="note">No row that saw one interval has a score on ${failure.shift} and ${failure.matched}.</p>`;
  const several = failure.several.map((each) => each).join(", ").replace(/, (?=[^,]*$)/, " and ");
  const lines = [
    [`trained every ${failure.trained} s, tested every ${failure.trained} s`, failure.base, row],
    [`the same fit, tested every ${failure.at} s`, failure.shift, row],
    [`the same fit, trace interpolated to ${failure.trained} s`, failure.resampled, row],
    [`trained at ${several} s together`, failure.mixed, row],
    [`trained every ${failure.at} s`, failure.matched, row],
    ...(remedy ? [[`${remedy}: many intervals`, failure.shift, remedy]] : []),
  ].map(([text, task, of]) => ({ text, row: of, ratio: told(task, of) })).filter((each) => each.ratio);
  const bad = told(failure.shift, row)[0], good = told(failure.matched, row)[0], interpolated = told(failure.resampled, row);
  const verdict = bad < 2 ? "It does not fail here." : good <= 2.05 ? "Its training, not the model." : good < bad / 2 ? "Mostly its training." : "Not its training alone.";
  const why = without(ROW[row].family) && ROW[row].family === "learned" ? "The interval never changed in training, so nothing taught it what the time between samples means." : "Its summaries of a trace mean something else at another interval.";
  const out = TASK[failure.shift].ceiling_r2[1] < 0.1;
  return html`${head}<div class="controls"><label>My network is most like <select data-s="net">${rows.map((each) => option(each, each, each === row))}</select></label><label>sampled every <select data-s="at">${board.failures.map((each) => option(each.at, `${each.at} s`, each === failure))}</select></label></div>
    <p class="answer"><b>${verdict}</b> Trained every ${failure.at} s, the same model has ${times(good)} times the attainable error of E0; trained every ${failure.trained} s, ${times(bad)}. ${bad < 2 ? "" : why}</p>
    <div class="chart">${failsChart(w, lines)}</div>
    <p class="note">${out ? `From these samples nobody can know k_d: always answering the average has ${times(TASK[failure.shift].floor[1])} times the attainable error. ` : ""}${interpolated && interpolated[0] > 2 ? "Interpolating onto the training grid does not cure it: straight lines between samples are another kind of trace. " : ""}What is wrong with your own model, by what each fault costs it:</p>
    <pre>python run_bench.py diagnose my_net.py</pre>`;
}
const PANELS = { use: usePanel, faster: fasterPanel, fails: failsPanel };
