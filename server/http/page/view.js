'use strict';

/* Asks the node once a second and shows what it says. Rates are differences of two answers. */

const SLOTS = 16384;
const SIDE = 128;
const HISTORY = 60;
const HUES = [[213, 76], [17, 73], [160, 62], [45, 70], [276, 52], [335, 62], [190, 65], [95, 48]];

const view = {
  mode: 'owner', chosen: null, now: null, before: null, owner: new Int32Array(SLOTS), heat: new Float64Array(SLOTS),
  mine: new Uint8Array(SLOTS), rows: new Map(), colours: new Map(), ops: [], p99: [], updates: 0, answered: 0,
};

const find = (id) => document.getElementById(id);
const dark = matchMedia('(prefers-color-scheme: dark)');
const styles = getComputedStyle(document.documentElement);
const colour = (name) => styles.getPropertyValue(name).trim();

/* ---- Numbers for people ---- */

function short(value) {
  const units = ['', 'k', 'M', 'G', 'T'];
  let unit = 0;
  while (value >= 9999.5 && unit < units.length - 1) { value /= 1000; unit++; }
  return (value < 10 && unit > 0 ? value.toFixed(2) : value < 100 && unit > 0 ? value.toFixed(1) : Math.round(value).toLocaleString('en')) + units[unit];
}

function bytes(value) {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) { value /= 1024; unit++; }
  return (unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)) + ' ' + units[unit];
}

function duration(ns) {
  if (ns < 1e3) return Math.round(ns) + ' ns';
  if (ns < 1e6) return (ns / 1e3).toPrecision(ns < 1e5 ? 2 : 3) + ' µs';
  if (ns < 1e9) return (ns / 1e6).toPrecision(ns < 1e8 ? 2 : 3) + ' ms';
  return (ns / 1e9).toPrecision(3) + ' s';
}

function age(ms) {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 120) return seconds + ' s';
  if (seconds < 7200) return Math.floor(seconds / 60) + ' min';
  if (seconds < 172800) return Math.floor(seconds / 3600) + ' h';
  return Math.floor(seconds / 86400) + ' days';
}

function show(id, text, value) {
  const element = find(id);
  if (element.textContent !== text) element.textContent = text;
  if (value !== undefined) element.dataset.value = value;
}

function make(tag, name, text) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (text !== undefined) element.textContent = text;
  return element;
}

/* ---- Colours ---- */

/* Those of the first eight owners are chosen, of the others spread as far as they go. */
function hueOf(id) {
  if (!view.colours.has(id)) {
    const index = view.colours.size;
    view.colours.set(id, HUES[index] || [(index * 137.508 + 20) % 360, 45 + (index * 29) % 35]);
  }
  return view.colours.get(id);
}

function fill(id, lightness, alpha) {
  const [hue, saturation] = hueOf(id);
  return `hsl(${hue} ${saturation}% ${lightness}% / ${alpha === undefined ? 1 : alpha})`;
}

function hslToRgb(h, s, l) {
  const a = s * Math.min(l, 1 - l);
  const at = (n) => { const k = (n + h / 30) % 12; return Math.round(255 * (l - a * Math.max(-1, Math.min(k - 3, 9 - k, 1)))); };
  return [at(0), at(8), at(4)];
}

/* From cold to hot: dark blue, violet, orange, pale yellow; on light ground the other way round. */
const HEAT_DARK = [[30, 36, 46], [58, 45, 110], [150, 50, 110], [232, 106, 60], [255, 222, 130]];
const HEAT_LIGHT = [[238, 236, 230], [250, 208, 150], [238, 130, 80], [180, 50, 90], [70, 20, 80]];

function heatRgb(share) {
  const scale = dark.matches ? HEAT_DARK : HEAT_LIGHT;
  const at = Math.min(share, 0.9999) * (scale.length - 1);
  const low = Math.floor(at);
  return [0, 1, 2].map((i) => Math.round(scale[low][i] + (scale[low + 1][i] - scale[low][i]) * (at - low)));
}

/* ---- What an answer says ---- */

function nodesOf(answer) {
  if (answer.cluster) return answer.cluster.nodes;
  const node = answer.node;
  return [{ id: node.run_id, host: location.hostname, name: '', port: node.port, role: node.role, state: 'ok', myself: true,
    linked: true, epoch: 0, offset: answer.replication.offset, slots: [[0, SLOTS - 1]] }];
}

function slotCount(node) {
  return (node.slots || []).reduce((sum, [first, last]) => sum + last - first + 1, 0);
}

function seconds() {
  return Math.max(0.001, (view.now.node.now_ms - view.before.node.now_ms) / 1000);
}

function rate(pick) {
  if (!view.before || view.before.node.run_id !== view.now.node.run_id) return 0;
  return Math.max(0, pick(view.now) - pick(view.before)) / seconds();
}

function takeSlots() {
  const nodes = nodesOf(view.now);
  const before = new Map(view.rows);
  const same = view.before && view.before.node.run_id === view.now.node.run_id;
  const period = same ? seconds() : 1;
  view.owner.fill(-1);
  view.mine.fill(0);
  nodes.forEach((node, index) => (node.slots || []).forEach(([first, last]) => {
    view.owner.fill(index, first, last + 1);
    if (node.myself) view.mine.fill(1, first, last + 1);
  }));
  const me = nodes.find((node) => node.myself);
  const primary = me && me.role === 'replica' && nodes.find((node) => node.id === me.primary);
  ((primary && primary.slots) || []).forEach(([first, last]) => view.mine.fill(1, first, last + 1));
  view.rows = new Map();
  view.heat.fill(0);
  for (const [slot, keys, calls, input, output] of view.now.slots || []) {
    const old = (same && before.get(slot)) || { calls, bytes: input + output };
    const row = { keys, calls, bytes: input + output };
    row.callRate = Math.max(0, (row.calls - old.calls) / period);
    row.byteRate = Math.max(0, (row.bytes - old.bytes) / period);
    view.rows.set(slot, row);
    view.heat[slot] = view.mode === 'keys' ? keys : view.mode === 'bytes' ? row.byteRate : row.callRate;
  }
}

/* ---- The mosaic ---- */

function slotRgb(slot, nodes, lightness, most) {
  const index = view.owner[slot];
  const none = dark.matches ? [30, 34, 41] : [226, 224, 218];
  if (index < 0) return none;
  const [hue, saturation] = hueOf(nodes[index].id);
  const dimmed = view.chosen !== null && nodes[index].id !== view.chosen;
  if (view.mode === 'owner') {
    const ripple = ((slot * 2654435761) >>> 24) / 255 * 0.055 - 0.027;
    return hslToRgb(hue, saturation / 100 * (dimmed ? 0.25 : 1), (dimmed ? (dark.matches ? 0.2 : 0.85) : lightness) + ripple);
  }
  if (!view.mine[slot]) return hslToRgb(hue, saturation / 100 * 0.22, dark.matches ? 0.17 : 0.88);
  return heatRgb(view.heat[slot] > 0 ? 0.12 + 0.88 * Math.log1p(view.heat[slot]) / Math.log1p(most) : 0);
}

/* Slots on the move wear stripes. */
function moving() {
  const marked = new Uint8Array(SLOTS);
  for (const migration of view.now.migrations)
    if (!migration.over) for (const [first, last] of migration.ranges) marked.fill(1, first, last + 1);
  return marked;
}

/* Whole pixels of the screen, so that no slot looks larger than another. */
function cellSize() {
  const card = find('mosaic-card');
  const room = card.clientWidth - parseFloat(getComputedStyle(card).paddingLeft) * 2;
  return Math.max(2, Math.floor(room * (devicePixelRatio || 1) / SIDE));
}

function drawMosaic() {
  const canvas = find('mosaic');
  const nodes = nodesOf(view.now);
  const marked = moving();
  const most = Math.max(1, view.heat.reduce((a, b) => Math.max(a, b), 0));
  const cell = cellSize();
  const size = SIDE * cell;
  if (canvas.width !== size) canvas.width = canvas.height = size;
  canvas.style.width = canvas.style.height = size / (devicePixelRatio || 1) + 'px';
  const context = canvas.getContext('2d');
  const image = context.createImageData(size, size);
  const gap = dark.matches ? [24, 28, 34] : [255, 255, 255];
  const phase = view.updates % 2;
  for (let slot = 0; slot < SLOTS; slot++) {
    let [r, g, b] = slotRgb(slot, nodes, dark.matches ? 0.53 : 0.56, most);
    const left = (slot % SIDE) * cell, top = Math.floor(slot / SIDE) * cell;
    for (let y = 0; y < cell; y++) for (let x = 0; x < cell; x++) {
      const at = ((top + y) * size + left + x) * 4;
      const edge = cell > 2 && (x === cell - 1 || y === cell - 1);
      const stripe = marked[slot] && (x + y + phase * 2) % 4 < 2;
      const rgb = edge ? gap : stripe ? (dark.matches ? [255, 255, 255] : [20, 20, 20]) : [r, g, b];
      image.data[at] = rgb[0]; image.data[at + 1] = rgb[1]; image.data[at + 2] = rgb[2]; image.data[at + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
  drawLegend(most);
}

function drawLegend(most) {
  const owner = view.mode === 'owner';
  find('scale').hidden = owner;
  find('scale').style.display = owner ? 'none' : '';
  if (owner) {
    show('legend-text', '16384 slots, 128 in a row. Stripes: on their way to another node.');
    show('legend-most', '');
    return;
  }
  const canvas = find('scale');
  canvas.width = 150; canvas.height = 1;
  const context = canvas.getContext('2d');
  for (let x = 0; x < 150; x++) {
    const [r, g, b] = heatRgb(x / 149);
    context.fillStyle = `rgb(${r} ${g} ${b})`;
    context.fillRect(x, 0, 1, 1);
  }
  const unit = { operations: ' operations/s', keys: ' keys', bytes: '/s' }[view.mode];
  show('legend-text', 'This node\u2019s slots only (the others\u2019: on their own pages), none');
  show('legend-most', (view.mode === 'bytes' ? bytes(most) : short(most)) + unit + ' in one slot');
}

function tell(event) {
  const canvas = find('mosaic'), tip = find('tip');
  const box = canvas.getBoundingClientRect(), card = find('mosaic-card').getBoundingClientRect();
  const column = Math.floor((event.clientX - box.left) / box.width * SIDE);
  const line = Math.floor((event.clientY - box.top) / box.height * SIDE);
  const slot = line * SIDE + column;
  if (!view.now || column < 0 || column >= SIDE || line < 0 || line >= SIDE) { tip.hidden = true; return; }
  const node = nodesOf(view.now)[view.owner[slot]];
  const row = view.rows.get(slot);
  const lines = ['slot ' + slot, node ? nameOf(node) : 'nobody\u2019s'];
  if (view.mine[slot]) {
    lines.push(short(row ? row.keys : 0) + ' keys');
    lines.push(short(row ? row.callRate : 0) + ' operations/s, ' + bytes(row ? row.byteRate : 0) + '/s');
  }
  tip.textContent = lines.join('\n');
  tip.hidden = false;
  tip.style.left = Math.min(event.clientX - card.left + 14, card.width - 215) + 'px';
  tip.style.top = event.clientY - card.top + 14 + 'px';
}

/* ---- Nodes ---- */

function nameOf(node) {
  return (node.name || node.host || '?') + ':' + node.port;
}

/* How far a replica is behind its primary: best known by the primary itself. */
function lagOf(node, nodes) {
  const known = view.now.replication.replicas.find((r) => r.port === node.port && (r.host === node.host || nodes.length < 3));
  if (known) return known.lag_bytes;
  const primary = nodes.find((other) => other.id === node.primary);
  return primary && primary.offset >= node.offset ? primary.offset - node.offset : 0;
}

function nodeRow(node, nodes) {
  const row = make('div', 'node ' + node.role + (node.id === view.chosen ? ' chosen' : ''));
  const swatch = make('span', 'swatch');
  const name = make('span', 'name', nameOf(node));
  const count = slotCount(node);
  const good = node.state === 'ok' && (node.linked || node.myself);
  swatch.style.background = fill(node.role === 'replica' ? node.primary : node.id, dark.matches ? 53 : 56);
  if (node.myself) name.append(' ', make('em', '', 'this node'));
  row.dataset.id = node.id;
  row.title = node.id;
  row.append(swatch, name, make('span', 'mark ' + (good ? '' : 'bad'), node.state !== 'ok' ? node.state : good ? '' : 'no link'));
  row.append(make('span', 'lag', node.role === 'replica' ? (lagOf(node, nodes) > 0 ? bytes(lagOf(node, nodes)) : 'in step') : 'e' + node.epoch));
  row.append(make('span', 'slots', node.role === 'replica' ? 'replica' : count + ' slots'));
  return row;
}

function drawNodes() {
  const nodes = nodesOf(view.now);
  const first = (node) => (node.slots && node.slots.length ? node.slots[0][0] : SLOTS);
  const primaries = nodes.filter((node) => node.role !== 'replica').sort((a, b) => first(a) - first(b) || (a.id < b.id ? -1 : 1));
  const rows = [];
  for (const primary of primaries) {
    hueOf(primary.id);
    rows.push(nodeRow(primary, nodes));
    for (const node of nodes) if (node.role === 'replica' && node.primary === primary.id) rows.push(nodeRow(node, nodes));
  }
  for (const node of nodes)
    if (node.role === 'replica' && !primaries.some((primary) => primary.id === node.primary)) rows.push(nodeRow(node, nodes));
  find('nodes').replaceChildren(...rows);
  show('node-count', `${nodes.length} known, ${primaries.filter((node) => slotCount(node) > 0).length} with slots`, nodes.length);
}

/* ---- Migrations ---- */

function migrationRow(migration, nodes) {
  const box = make('div', 'migration');
  const row = make('div', 'row');
  const name = (id) => { const node = nodes.find((n) => n.id === id); return node ? nameOf(node) : id.slice(0, 8); };
  const slots = migration.ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  const bar = make('div', 'bar'), inner = make('i');
  const share = migration.over ? 1 : migration.progress;
  const state = migration.over ? migration.state + ' ' + age(view.now.node.now_ms - migration.updated_ms) + ' ago'
    : migration.direction === 'export' ? `${Math.round(share * 100)}% copied, ${bytes(migration.sent_bytes)} sent, ${migration.state}` : migration.state;
  row.append(make('span', '', `${slots} slots  ${name(migration.source)} → ${name(migration.target)}`), make('span', '', state));
  if (migration.over) bar.classList.add(migration.state === 'success' ? 'good' : 'bad');
  else if (share === undefined) bar.classList.add('waits');
  if (share !== undefined) inner.style.width = share * 100 + '%';
  bar.append(inner);
  box.dataset.name = migration.name;
  box.dataset.state = migration.state;
  box.title = migration.message;
  box.append(row, bar);
  return box;
}

function drawMigrations() {
  const nodes = nodesOf(view.now);
  const recent = view.now.migrations.filter((m) => !m.over || view.now.node.now_ms - m.updated_ms < 600000).slice(-8).reverse();
  find('migrations-card').hidden = recent.length === 0;
  find('migrations').replaceChildren(...recent.map((migration) => migrationRow(migration, nodes)));
}

/* ---- Shards ---- */

function gauge(text, share) {
  const box = make('div'), bar = make('div', 'bar'), inner = make('i');
  inner.style.width = Math.min(100, share * 100) + '%';
  bar.append(inner);
  box.append(make('span', 'number', text), bar);
  return box;
}

function drawShards() {
  const shards = view.now.node.shards;
  const titles = make('div', 'shard titles');
  ['', 'operations/s', 'processor', 'keys', 'memory', ''].forEach((title) => titles.append(make('span', '', title)));
  const figures = shards.map((shard, i) => ({
    ops: rate((a) => (a.node.shards[i] || shard).commands), cpu: rate((a) => (a.node.shards[i] || shard).cpu_us) / 1e6,
    keys: shard.keys, memory: shard.memory, stalled: shard.stalled, age: shard.age_ms,
  }));
  const most = (pick) => Math.max(1, ...figures.map(pick));
  const rows = figures.map((shard, i) => {
    const row = make('div', 'shard');
    row.append(make('b', '', String(i)), gauge(short(shard.ops), shard.ops / most((s) => s.ops)),
      gauge(Math.round(shard.cpu * 100) + '%', shard.cpu), gauge(short(shard.keys), shard.keys / most((s) => s.keys)),
      gauge(bytes(shard.memory), shard.memory / most((s) => s.memory)),
      make('span', 'mark ' + (shard.stalled ? 'bad' : 'good'), shard.stalled ? 'busy ' + age(shard.age) : 'well'));
    return row;
  });
  find('shards').replaceChildren(titles, ...rows);
}

/* ---- Latency ---- */

/* Of the last second when something ran in it, else of all time. */
function latencyCounts() {
  const now = view.now.latency.counts;
  if (!view.before || view.before.node.run_id !== view.now.node.run_id) return now;
  const recent = now.map((count, i) => Math.max(0, count - view.before.latency.counts[i]));
  return recent.some((count) => count > 0) ? recent : now;
}

function percentile(counts, share) {
  const total = counts.reduce((a, b) => a + b, 0);
  let seen = 0;
  for (let i = 0; i < counts.length; i++) {
    seen += counts[i];
    if (total > 0 && seen >= total * share) return view.now.latency.first_border_ns * 2 ** i;
  }
  return 0;
}

function prepare(canvas) {
  const ratio = devicePixelRatio || 1, box = canvas.getBoundingClientRect();
  canvas.width = Math.round(box.width * ratio);
  canvas.height = Math.round(box.height * ratio);
  const context = canvas.getContext('2d');
  context.scale(ratio, ratio);
  return [context, box.width, box.height];
}

function drawHistogram() {
  const counts = latencyCounts();
  const [context, width, height] = prepare(find('histogram'));
  const most = Math.max(1, ...counts);
  const step = width / counts.length, ground = height - 20;
  context.font = '11px system-ui, sans-serif';
  context.textAlign = 'center';
  counts.forEach((count, i) => {
    const tall = count > 0 ? Math.max(2, (ground - 16) * Math.log1p(count) / Math.log1p(most)) : 0;
    context.fillStyle = colour('--track');
    context.fillRect(i * step + 1.5, ground - 1, step - 3, 1);
    context.fillStyle = colour('--accent');
    context.fillRect(i * step + 1.5, ground - tall, step - 3, tall);
    context.fillStyle = colour('--soft');
    if (i % 4 === 2 && i < counts.length - 2) context.fillText('< ' + duration(view.now.latency.first_border_ns * 2 ** i), i * step + step / 2, height - 5);
  });
  for (const [share, name] of [[0.5, 'p50'], [0.99, 'p99']]) {
    const at = percentile(counts, share);
    if (at === 0) continue;
    const x = (Math.log2(at / view.now.latency.first_border_ns) + 1) * step;
    context.fillStyle = colour('--warn');
    context.fillRect(x - 0.75, 4, 1.5, ground - 4);
    context.textAlign = share === 0.5 ? 'right' : 'left';
    context.fillText(`${name} < ${duration(at)}`, x + (share === 0.5 ? -5 : 5), 12);
  }
}

function drawLine(id, values) {
  const [context, width, height] = prepare(find(id));
  const most = Math.max(1, ...values);
  context.beginPath();
  values.forEach((value, i) => {
    const x = width - (values.length - 1 - i) * width / (HISTORY - 1), y = height - 3 - (height - 8) * value / most;
    if (i === 0) context.moveTo(x, y); else context.lineTo(x, y);
  });
  context.strokeStyle = colour('--accent');
  context.lineWidth = 1.5;
  context.stroke();
}

/* ---- All of it ---- */

function drawHead() {
  const { node, cluster } = view.now;
  const pill = find('state');
  const me = nodesOf(view.now).find((n) => n.myself);
  const stalled = node.shards.some((shard) => shard.stalled);
  const [text, mood] = node.loading ? ['loading', 'warn'] : cluster && !cluster.ok ? ['cluster not ok', 'bad']
    : stalled ? ['a shard is busy', 'warn'] : [cluster ? 'cluster ok' : 'standalone', 'good'];
  pill.textContent = text;
  pill.className = 'pill ' + mood;
  show('who', `figures of ${me ? nameOf(me) : 'this node'}  ${node.role}  ${node.version}`);
  show('autopilot', cluster && cluster.autopilot ? 'autopilot: ' + cluster.autopilot.state : '');
  show('since', 'up ' + age(node.uptime_ms));
}

function drawTiles() {
  const { node } = view.now;
  const ops = rate((a) => a.node.commands), p99 = percentile(latencyCounts(), 0.99);
  show('ops', short(ops), Math.round(ops));
  show('latency', p99 ? duration(p99) : '–', p99);
  show('keys', short(node.keys), node.keys);
  show('memory', bytes(node.memory), node.memory);
  show('memory-of', node.memory_max ? 'of ' + bytes(node.memory_max) : 'of data and clients');
  show('clients', short(node.clients), node.clients);
  show('hops', short(rate((a) => a.node.hops)));
  view.ops.push(ops);
  view.p99.push(p99);
  for (const line of [view.ops, view.p99]) if (line.length > HISTORY) line.shift();
  drawLine('ops-line', view.ops);
  drawLine('latency-line', view.p99);
}

function draw() {
  drawHead();
  drawNodes();
  takeSlots();
  drawMosaic();
  drawTiles();
  drawMigrations();
  drawShards();
  drawHistogram();
}

async function update() {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), 5000);
  try {
    const answer = await fetch('/api/cluster?slots=1', { signal: stop.signal, cache: 'no-store' });
    if (!answer.ok) throw new Error('status ' + answer.status);
    const said = await answer.json();
    view.before = view.now;
    view.now = said;
    view.updates++;
    view.answered = performance.now();
    draw();
    document.documentElement.dataset.updates = view.updates;
    find('pulse').classList.add('on');
    requestAnimationFrame(() => requestAnimationFrame(() => find('pulse').classList.remove('on')));
  } catch (error) {
    const silent = view.answered ? ' for ' + age(performance.now() - view.answered) : '';
    find('state').textContent = 'no answer' + silent;
    find('state').className = 'pill bad';
    console.warn(String(error));
  } finally {
    clearTimeout(timer);
    setTimeout(update, 1000);
  }
}

find('modes').addEventListener('click', (event) => {
  const mode = event.target.dataset.mode;
  if (!mode) return;
  view.mode = mode;
  for (const button of find('modes').children) button.setAttribute('aria-pressed', String(button.dataset.mode === mode));
  if (!view.now) return;
  for (let slot = 0; slot < SLOTS; slot++) {
    const row = view.rows.get(slot);
    view.heat[slot] = !row ? 0 : mode === 'keys' ? row.keys : mode === 'bytes' ? row.byteRate : row.callRate;
  }
  drawMosaic();
});
find('nodes').addEventListener('click', (event) => {
  const row = event.target.closest('.node');
  if (!row) return;
  view.chosen = view.chosen === row.dataset.id ? null : row.dataset.id;
  drawNodes();
  drawMosaic();
});
find('mosaic').addEventListener('mousemove', tell);
find('mosaic').addEventListener('mouseleave', () => { find('tip').hidden = true; });
dark.addEventListener('change', () => { if (view.now) draw(); });
update();
