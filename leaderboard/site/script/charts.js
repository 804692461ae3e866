/* Charts: plain SVG, marks from the symbols of the page, labels that never lie on each other. */
const mark = (row, x, y, size = 16) => html`<use href="#mark-${ROW[row].family || "unknown"}" x="${(x - size / 2).toFixed(1)}" y="${(y - size / 2).toFixed(1)}" width="${size}" height="${size}" class="m f-${ROW[row].family || "unknown"}${ROW[row].hollow ? " hollow" : ""}"/>`;
const icon = (row) => html`<svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">${mark(row, 8, 8)}</svg>`;
const line = (x1, y1, x2, y2, kind, more = "") => html`<line class="${kind}" x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}" stroke-dasharray="${more || "none"}"/>`;
const word = (x, y, text, kind = "", anchor = "start") => html`<text class="${kind}" x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${text}</text>`;
const picture = (w, h, label, parts) => html`<svg viewBox="0 0 ${w} ${h}" width="${w}" height="${h}" role="img" aria-label="${label}">${parts}</svg>`;

/* Moves labels apart and keeps their order; each has y and is given l. */
function spread(items, gap, low, high) {
  items.sort((a, b) => a.y - b.y).forEach((item) => { item.l = item.y; });
  for (let round = 0; round < 60; round++) for (let k = 1; k < items.length; k++) {
    const lacks = gap - (items[k].l - items[k - 1].l);
    if (lacks > 0) { items[k].l += lacks / 2; items[k - 1].l -= lacks / 2; }
  }
  for (let k = items.length - 1, top = high; k >= 0; k--) { items[k].l = Math.min(items[k].l, top); top = items[k].l - gap; }
  for (let k = 0, least = low; k < items.length; k++) { items[k].l = Math.max(items[k].l, least); least = items[k].l + gap; }
  return items;
}

function fasterChart(w, interval, options) {
  const lengths = [...new Set(board.grid.map((each) => each[0]))], wanted = [0.3, 1, 2, 5, 10, interval], intervals = [...new Set(wanted)].sort((a, b) => a - b).filter((d) => gridAt(lengths.at(-1), d));
  const H = 222, L = 44, R = w - 84, T = 30, B = H - 34, parts = [], before = board.prior[1], errors = board.grid.map((each) => each[4]), low = Math.min(...errors) * 0.85, high = before * 1.15;
  const x = (v) => L + (R - L) * Math.log(v / lengths[0]) / Math.log(lengths.at(-1) / lengths[0]), y = (v) => T + (B - T) * Math.log(high / v) / Math.log(high / low);
  parts.push(word(0, 12, "Attainable error of k_d, 1e-3/s", "b"));
  for (const v of [0.05, 0.1, 0.2, 0.5, 1].filter((v) => v > low)) parts.push(line(L, y(v), R, y(v), "gl"), v === 1 ? "" : word(L - 6, y(v) + 4, v, "", "end"));
  parts.push(line(L, y(before), R, y(before), "ax", "2 4"), word(L - 6, y(before) + 4, unit(before, 1), "", "end"), word(R - 4, y(before) - 7, "before measuring", "", "end"));
  for (const v of [10, 20, 30, 60, 120, 240].filter((v) => v >= lengths[0] && v <= lengths.at(-1))) parts.push(line(x(v), T, x(v), B, "gl"), word(x(v), B + 18, `${v} s`, "", "middle"));
  const ends = intervals.map((d) => {
    const points = lengths.map((p) => gridAt(p, d)).filter(Boolean), on = Math.abs(d - interval) < 1e-9;
    parts.push(html`<polyline class="${on ? "curve on" : "curve"}" points="${points.map((g) => `${x(g[0]).toFixed(1)},${y(g[4]).toFixed(1)}`).join(" ")}"/>`);
    return { d, on, y: y(points.at(-1)[4]) };
  });
  for (const end of spread(ends, 16, T, B)) parts.push(word(R + 6, end.l + 4, `every ${end.d} s`, end.on ? "b" : "i"));
  for (const side of [-1, 1]) { // badges beside their points, never on each other
    const own = options.map((option, k) => ({ k, x: x(option.length), y: y(option.grid[4]) })).filter((each) => (each.k % 2 === 0) === (side < 0));
    for (const each of spread(own, 19, T + 9, B - 9)) {
      const turn = side < 0 && each.x < L + 40 ? 1 : side > 0 && each.x > R - 40 ? -1 : side, at = each.x + turn * 20;
      parts.push(line(each.x, each.y, at, each.l, "lead on"), html`<circle class="point" cx="${each.x}" cy="${each.y}" r="4.5"/><circle class="badge${each.k ? "" : " on"}" cx="${at}" cy="${each.l}" r="9"/>`, word(at, each.l + 4.5, "ABCD"[each.k], each.k ? "letter" : "letter on", "middle"));
    }
  }
  return picture(w, H, "Attainable error of k_d against the measured seconds, a line for each sampling interval; the table below has the four marked points.", parts);
}

function failsChart(w, lines) {
  const narrow = w < 560, left = narrow ? 0 : 285, step = narrow ? 44 : 27, H = lines.length * step + 46, gap = 18, own = (w - left - gap * 2) / 2, parts = [];
  const most = Math.max(...lines.flatMap((each) => each.ratio)) * 1.5;
  board.targets.forEach(({ symbol }, t) => {
    const L = left + gap + t * (own + gap) - (narrow ? gap : 0), R = L + own - 46, x = (v) => L + 8 + (R - L - 8) * Math.log(Math.max(v, 1)) / Math.log(most);
    parts.push(word(L, 13, `${symbol}, × attainable`, "b"));
    for (const v of [1, 10, 100, 1000].filter((v) => v < most)) parts.push(line(x(v), 22, x(v), H - 20, v === 1 ? "att" : "gl"), word(x(v), H - 5, v, "", "middle"));
    lines.forEach((each, i) => {
      const y = 22 + step * (i + 0.5) + (narrow ? 9 : 0), v = each.ratio[t];
      parts.push(line(x(1), y, x(v), y, "lead"), mark(each.row, x(v), y), word(x(v) + 10, y + 4, times(v), "i"));
    });
  });
  lines.forEach((each, i) => parts.push(word(0, 22 + step * (i + 0.5) + (narrow ? -9 : 4), each.text, "i")));
  return picture(w, H, lines.map((each) => `${each.text}: E0 ${times(each.ratio[0])}, k_d ${times(each.ratio[1])} times the attainable error`).join(". "), parts);
}

/* One ratio on a log scale: where it lies between the attainable error and that of the average. */
function strip(row, [ratio, low, high], most, floor) {
  const w = 150, x = (v) => 8 + (w - 16) * Math.log(Math.max(v, 0.9) / 0.9) / Math.log(most / 0.9);
  return html`<svg width="${w}" height="20" viewBox="0 0 ${w} 20" aria-hidden="true">${line(x(1), 0, x(1), 20, "att")}${floor ? line(x(floor), 0, x(floor), 20, "ax", "2 3") : ""}${line(x(low), 10, x(high), 10, "range")}${mark(row, x(ratio), 10, 15)}</svg>`;
}

function costChart(w, key, title, name, text) {
  const H = 300, L = 40, R = w - 20, T = 34, B = H - 40, parts = [], task = viewNow() === "task" ? state.task : "", train = key === "train";
  const points = ORDER.map((row) => {
    const cell = task ? cellOf(task, row) : null, cost = task ? cell && cell[key] : ROW[row][key];
    return { row, error: task ? (scored(cell) ? both(cell) : null) : ROW[row].core && ROW[row].core.both, cost: train && ROW[row].train === 0 ? null : cost, none: train && ROW[row].train === 0 };
  }).filter((each) => each.error !== null && each.error !== undefined && (each.none || each.cost > 0));
  const known = points.filter((each) => !each.none);
  if (!known.length) return html`<p class="note">No cost is known.</p>`;
  const low = Math.min(...known.map((each) => each.cost)) / 1.6, high = Math.max(...known.map((each) => each.cost)) * 1.6, most = Math.max(...points.map((each) => each.error), 1.5) * 1.2, off = train && points.some((each) => each.none) ? 92 : 0;
  const x = (each) => each.none ? L + 40 : L + off + (R - L - off) * Math.log(each.cost / low) / Math.log(high / low), y = (v) => B - (B - T) * Math.log(v / 0.9) / Math.log(most / 0.9);
  parts.push(word(0, 14, title, "b"));
  for (const v of [1, 2, 5, 10, 20, 50, 100].filter((v) => v < most)) parts.push(line(L, y(v), R, y(v), v === 1 ? "att" : "gl"), word(L - 6, y(v) + 4, v, "", "end"));
  for (const cost of [0.1, 1, 10, 100, 1000, 10000].filter((v) => v > low && v < high)) { const at = x({ cost }); parts.push(line(at, T, at, B, "gl"), word(at, B + 17, text(cost), "", "middle")); }
  if (off) parts.push(word(L + 40, B + 17, "none", "", "middle"), line(L + 82, T, L + 82, B, "ax"));
  parts.push(word(R, B + 34, name, "", "end"));
  const front = [];
  for (const each of [...known].sort((a, b) => a.cost - b.cost || a.error - b.error)) if (!front.length || each.error < front.at(-1).error - 1e-9) front.push(each);
  parts.push(html`<path class="front" d="${front.map((each, i) => `${i ? `H${x(each).toFixed(1)}V` : `M${x(each).toFixed(1)} ${T}V`}${y(each.error).toFixed(1)}`).join("")}H${R}"/>`);
  const free = points.filter((each) => each.none).sort((a, b) => a.error - b.error)[0];
  const named = free ? [...front, free] : front, told = (each) => `${each.row}: ${times(each.error)} × attainable, ${each.none ? "no training" : text(Number(each.cost.toPrecision(3)))}`;
  for (const each of points.filter((each) => !named.includes(each))) parts.push(html`<g class="dim"><title>${told(each)}</title>${mark(each.row, x(each), y(each.error))}</g>`);
  for (const each of named) parts.push(html`<g><title>${told(each)}</title>${mark(each.row, x(each), y(each.error), 18)}</g>`);
  // A label stands as near to its mark as it can without lying on a mark or on another label.
  const boxes = points.map((each) => ({ x: x(each) - 8, y: y(each.error) - 8, w: 16, h: 16 }));
  const across = [[L, R, 1], ...front.map((each, i) => [x(each), i + 1 < front.length ? x(front[i + 1]) : R, each.error])];
  boxes.push(...across.map(([from, to, v]) => ({ x: from, y: y(v) - 1, w: to - from, h: 2 })));
  const isFree = (box) => box.x >= L + 2 && box.x + box.w <= w && box.y >= 16 && boxes.every((other) => box.x + box.w < other.x || other.x + other.w < box.x || box.y + box.h < other.y || other.y + other.h < box.y);
  const places = (each, long) => [...Array(40).keys()].flatMap((step) => [[12 + 2 * step, -step * 6], [-12 - 2 * step - long, -step * 6], ...[0.5, 0.3, 0.7, 0.1, 0.9].map((share) => [-long * share, -16 - step * 6])]).map(([dx, dy]) => ({ x: x(each) + dx, y: y(each.error) + dy - 7, w: long, h: 14 }));
  for (const each of [...named].sort((a, b) => x(b) - x(a))) {
    const text = `${each.row} ${times(each.error)}`, box = places(each, text.length * 6.9 + 4).find(isFree);
    if (!box) continue;
    boxes.push(box);
    const near = Math.max(box.x, Math.min(x(each), box.x + box.w)), far = Math.hypot(near - x(each), box.y + 7 - y(each.error)) > 16;
    if (far) parts.push(html`<path class="lead" d="M${x(each).toFixed(1)} ${(y(each.error) - 9).toFixed(1)}L${near.toFixed(1)} ${(box.y + 14).toFixed(1)}"/>`);
    parts.push(word(box.x + 2, box.y + 11, text, "i halo"));
  }
  return picture(w, H, `${title}. On the front: ${named.map((each) => `${each.row} ${times(each.error)}`).join(", ")}.`, parts);
}
