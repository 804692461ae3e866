/* Axes: a scale maps a value to 0..1 of the panel, and clips it there; `beyond` says that it was clipped. */
function scaleOf(low, high, log) {
  const f = log ? Math.log : (x) => x;
  const span = f(high) - f(low);
  const at = (value) => Math.min(1, Math.max(0, (f(Math.max(value, log ? 1e-12 : -Infinity)) - f(low)) / span));
  return { at, low, high, log, beyond: (value) => value < low || value > high, ticks: ticksOf(low, high, log) };
}

function ticksOf(low, high, log) {
  if (!log) {
    const step = [0.1, 0.2, 0.25, 0.5, 1, 2, 5, 10].find((each) => (high - low) / each <= 6) || (high - low) / 5;
    const first = Math.ceil(low / step - 1e-9);
    return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, i) => +((first + i) * step).toFixed(6));
  }
  const decades = Math.log10(high / low);
  const steps = decades < 0.5 ? [1, 1.1, 1.2, 1.3, 1.5, 2, 2.5, 3, 5, 7] : decades < 1.2 ? [1, 1.5, 2, 3, 5] : decades < 2.5 ? [1, 3] : [1];
  const found = [];
  for (let power = -6; power < 10; power++) for (const step of steps) {
    const tick = +(step * 10 ** power).toPrecision(3);
    if (tick >= low * 0.999 && tick <= high * 1.001) found.push(tick);
  }
  return decades > 6 ? found.filter((_, i) => i % 2 === 0) : found;
}

const tickText = (tick) => (tick !== 0 && (Math.abs(tick) >= 1e5 || Math.abs(tick) < 1e-3) ? tick.toExponential(0) : String(tick));

/* The score axis: R2 from well below 0, or the ratio to the ceiling, one wild row squeezing no other. */
function scoreScale(values) {
  if (state.score === "r2") return scaleOf(Math.max(-1, Math.min(-0.1, ...values)), 1, false);
  const high = Math.min(100, Math.max(1.6, ...values) * 1.08);
  return scaleOf(Math.min(0.95, ...values), high, true);
}
const scoreName = () => (state.score === "r2" ? "R2" : "RMSE / ceiling");
const scoreKey = (target) => `${state.score}_${target}`;
const scoreOf = (line, target) => line.values[scoreKey(target)][0];

function picture(width, height, label, ...children) {
  return sv("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": label }, ...children);
}
const label = (x, y, text, attributes) => sv("text", { x: x.toFixed(1), y: y.toFixed(1), ...attributes }, text);
const stroke = (x1, y1, x2, y2, kind, attributes) =>
  sv("line", { x1: x1.toFixed(1), y1: y1.toFixed(1), x2: x2.toFixed(1), y2: y2.toFixed(1), class: kind, ...attributes });

/* Frame of a panel with axes in both directions; gives functions from values to places. */
function frame(box, xs, ys, xName, yName, title) {
  const x = (value) => box.x + xs.at(value) * box.w;
  const y = (value) => box.y + (1 - ys.at(value)) * box.h;
  const parts = [];
  for (const tick of xs.ticks) parts.push(stroke(x(tick), box.y, x(tick), box.y + box.h, "gridline"), label(x(tick), box.y + box.h + 14, tickText(tick), { "text-anchor": "middle" }));
  for (const tick of ys.ticks) parts.push(stroke(box.x, y(tick), box.x + box.w, y(tick), "gridline"), label(box.x - 5, y(tick) + 4, tickText(tick), { "text-anchor": "end" }));
  parts.push(stroke(box.x, box.y + box.h, box.x + box.w, box.y + box.h, "axis"), stroke(box.x, box.y, box.x, box.y + box.h, "axis"));
  if (xName) parts.push(label(box.x + box.w / 2, box.y + box.h + 29, xName, { "text-anchor": "middle" }));
  if (yName) parts.push(sv("text", { transform: `translate(${box.x - 36},${box.y + box.h / 2}) rotate(-90)`, "text-anchor": "middle" }, yName));
  if (title) parts.push(label(box.x + box.w / 2, box.y - 7, title, { "text-anchor": "middle", class: "head" }));
  return { x, y, parts };
}

/* Rows against a score: a mark for the mean, small ones for the seeds, lines for floor and ceiling. */
function dotPlot(width, lines, target) {
  const { symbol } = board.targets[target];
  const shown = lines.filter((line) => line.n && scoreOf(line, target) !== null);
  const left = 12 + 6.6 * Math.max(6, ...shown.map((line) => line.label.length));
  const height = 62 + 19 * shown.length;
  const box = { x: left, y: 24, w: width - left - 18, h: 19 * shown.length };
  const xs = scoreScale(shown.map((line) => scoreOf(line, target)));
  const roomy = xs.ticks.filter((tick, i) => i === 0 || (xs.at(tick) - xs.at(xs.ticks[i - 1])) * box.w > 26 || (i % 2 === 0 && xs.ticks.length > 2));
  const parts = roomy.flatMap((tick) => [
    stroke(box.x + xs.at(tick) * box.w, box.y, box.x + xs.at(tick) * box.w, box.y + box.h, "gridline"),
    label(box.x + xs.at(tick) * box.w, box.y + box.h + 14, tickText(tick), { "text-anchor": "middle" }),
  ]);
  const bounds = shown.filter(isBound).map((line) => [line.role, box.x + xs.at(scoreOf(line, target)) * box.w]);
  const close = bounds.length === 2 && Math.abs(bounds[0][1] - bounds[1][1]) < 46;
  for (const [role, x] of bounds) {
    const left = close && x === Math.min(bounds[0][1], bounds[1][1]) && role === bounds.find((each) => each[1] === x)[0];
    const anchor = close ? (left ? "end" : "start") : "middle";
    parts.push(stroke(x, box.y, x, box.y + box.h, "bound"), label(Math.min(x, width - 22), box.y - 7, role, { "text-anchor": anchor, dx: close ? (left ? -3 : 3) : 0 }));
  }
  shown.forEach((line, i) => {
    const y = box.y + 19 * i + 9.5;
    parts.push(label(box.x - 8, y + 4, line.label, { "text-anchor": "end", class: faded(line.row) ? "name faded" : "name" }));
    for (const cell of line.cells) {
      const value = cell[state.score] && (state.score === "r2" ? cell.r2 : cell.ratio)[target][0];
      if (typeof value === "number") parts.push(sv("circle", { cx: (box.x + xs.at(value) * box.w).toFixed(1), cy: y, r: 2, fill: colour(line.row), opacity: faded(line.row) ? 0.13 : 0.55 }));
    }
    const mean = scoreOf(line, target);
    const mark = marker(line.row, box.x + xs.at(mean) * box.w, y);
    mark.append(sv("title", {}, `${line.label}: ${line.values[scoreKey(target)][1]}`));
    parts.push(mark);
    if (xs.beyond(mean)) parts.push(label(box.x + xs.at(mean) * box.w + (mean < xs.low ? 9 : -9), y + 4, line.values[scoreKey(target)][1].split(" (")[0], { "text-anchor": mean < xs.low ? "start" : "end" }));
  });
  parts.push(label(box.x + box.w / 2, box.y + box.h + 30, `${scoreName()}, ${symbol}`, { "text-anchor": "middle" }));
  const best = shown.filter((line) => !isBound(line))[0];
  return picture(width, height, `${scoreName()} of ${symbol} for ${shown.length} rows on ${current().task}` + (best ? `; the first is ${best.label} with ${best.values[scoreKey(target)][1]}` : "") + ". The numbers are in the table below.", ...parts);
}

/* A bar of the overview: the interval on a logarithmic axis that all rows share. */
function forest(result, xs, row) {
  const w = 150, x = (value) => 4 + xs.at(value) * (w - 8);
  const one = x(1);
  return sv("svg", { width: w, height: 18, viewBox: `0 0 ${w} 18`, "aria-hidden": "true" },
    stroke(one, 0, one, 18, "bound"), stroke(x(result.low), 9, x(result.high), 9, "", { stroke: colour(row), "stroke-width": 2.5 }), marker(row, x(result.ratio[0]), 9));
}

/* Curves of several rows in one panel; `points` maps a row to [x, score] pairs. */
function curvePanel(box, xs, ys, xName, yName, title, points) {
  const { x, y, parts } = frame(box, xs, ys, xName, yName, title);
  const bound = state.score === "r2" ? 0 : 1;
  parts.push(stroke(box.x, y(bound), box.x + box.w, y(bound), "axis"));
  for (const [row, pairs] of points) {
    if (pairs.length > 1) parts.push(sv("polyline", {
      points: pairs.map(([a, b]) => `${x(a).toFixed(1)},${y(b).toFixed(1)}`).join(" "), fill: "none", stroke: colour(row),
      "stroke-width": 1.7, "stroke-dasharray": isCeiling(row) ? "2 3" : null, class: faded(row) ? "faded" : null,
    }, sv("title", {}, row)));
    for (const [a, b] of pairs) {
      const mark = marker(row, x(a), y(b), 0.85);
      mark.append(sv("title", {}, `${row}: ${b.toPrecision(4)}`));
      parts.push(mark);
    }
  }
  return parts;
}

function legend(rows) {
  return el("ul", { class: "legend", "aria-label": "Rows: press to pick out" }, rows.map((row) => el("li", {}, el("button", {
    type: "button", "aria-pressed": String(state.chosen.has(row)), "data-legend": row,
    onclick: () => { if (!state.chosen.delete(row)) state.chosen.add(row); drawPictures(row); },
  }, sv("svg", { width: 14, height: 14, viewBox: "-7 -7 14 14", "aria-hidden": "true" },
    sv("path", { d: MARKERS[look(row).marker] || MARKERS.o, fill: colour(row) })), row))));
}

/* Predicted against true, both targets. */
function scatter(width, cell, truth, row) {
  return board.targets.map(({ symbol, unit, low, high }, target) => {
    const span = high - low, axis = scaleOf(low - span / 2, high + span / 2, false);
    const box = { x: 52, y: 24, w: width - 66, h: width - 66 };
    const { x, y, parts } = frame(box, scaleOf(low, high, false), axis, `true ${symbol} [${unit}]`, `predicted [${unit}]`, symbol);
    const drawn = decode(cell.predicted, target);
    const xs = scaleOf(low, high, false);
    parts.push(stroke(x(low), y(low), x(high), y(high), "bound"));
    drawn.forEach((each, i) => parts.push(sv("circle", { cx: (box.x + xs.at(truth[target][i]) * box.w).toFixed(1), cy: y(each.value).toFixed(1), r: each.beyond ? 2 : 2.6, fill: each.beyond ? "none" : colour(row), stroke: colour(row), "fill-opacity": 0.6 })));
    const beyond = drawn.filter((each) => each.beyond).length;
    return picture(width, width, `Predicted against true ${symbol} of ${drawn.length} test cases` + (beyond ? `; ${beyond} lie beyond the picture` : ""), ...parts);
  });
}
