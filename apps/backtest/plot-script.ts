/**
 * Draws the plots of a report and says what stands under the pointer; plain JavaScript for any browser, without anything from outside. All plots
 * share one stretch of time. Columns of one pixel show the most and the least of what they stand for, so that no peak is lost.
 */
export const plotScript = `
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const tip = document.getElementById('tip');
  const plots = [...document.querySelectorAll('canvas')];
  const left = 44, right = 8, bottom = 22, top = 8;
  let view = [0, data.seconds], cursor, drag;
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const at = (steps, second) => { const i = indexAt(steps, second); return i < 0 ? null : steps[i][1]; };
  const indexAt = (steps, second) => {
    let low = -1, high = steps.length - 1;
    while (low < high) { const middle = (low + high + 1) >> 1; if (steps[middle][0] <= second) low = middle; else high = middle - 1; }
    return low;
  };
  const range = (steps, from, to) => {
    let least = Infinity, most = -Infinity;
    for (let i = Math.max(0, indexAt(steps, from)); i < steps.length && (i === 0 || steps[i][0] < to); i += 1) {
      const value = steps[i][1];
      if (value !== null) { least = Math.min(least, value); most = Math.max(most, value); }
    }
    return most === -Infinity ? null : [least, most];
  };
  const loadSteps = data.load ? data.load.values.map((value, index) => [index * data.load.stepSeconds, value]) : [];
  const nice = (value) => { const power = 10 ** Math.floor(Math.log10(value || 1)); return [1, 1.2, 1.6, 2, 2.4, 3.2, 4, 5.2, 6, 8, 10].find((f) => f * power >= value * 0.999) * power; };
  const when = (second) => new Date(data.start + second * 1000);
  const label = (second, step) => {
    const [date, clock] = when(second).toISOString().split('T');
    const day = when(second).toLocaleDateString('en-GB', { timeZone: 'UTC', weekday: 'short', day: 'numeric', month: 'short' });
    return step >= 86400 || clock.startsWith('00:00') ? day : clock.slice(0, 5);
  };
  const steps = [60, 300, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 345600, 604800, 1209600, 2592000];

  function draw(canvas) {
    const ratio = devicePixelRatio || 1, width = canvas.clientWidth, height = canvas.clientHeight;
    canvas.width = width * ratio; canvas.height = height * ratio;
    const g = canvas.getContext('2d'); g.scale(ratio, ratio); g.font = '11px system-ui, "DejaVu Sans", sans-serif';
    const isLoad = canvas.dataset.plot === 'load';
    const fleets = isLoad ? [] : data.layers[Number(canvas.dataset.plot)].fleets;
    const needed = fleets.find((fleet) => fleet.needed)?.needed;
    const [from, to] = view, span = to - from, plotWidth = width - left - right, strip = isLoad ? 0 : 4 + 5 * fleets.length;
    const base = height - bottom - strip;
    const all = isLoad ? [loadSteps] : [...fleets.map((fleet) => fleet.inService), ...(needed ? [needed] : [])];
    const most = nice(1.05 * Math.max(1, ...all.map((line) => range(line, from, to)?.[1] ?? 0)));
    const x = (second) => left + ((second - from) / span) * plotWidth, y = (value) => base - (value / most) * (base - top);
    g.textBaseline = 'middle'; g.lineWidth = 1;
    for (const share of isLoad ? [0, 0.5, 1] : [0, 0.25, 0.5, 0.75, 1]) {
      g.strokeStyle = css('--line'); g.beginPath(); g.moveTo(left, y(share * most)); g.lineTo(width - right, y(share * most)); g.stroke();
      g.fillStyle = css('--faint'); g.textAlign = 'right'; g.fillText(String(Number((share * most).toPrecision(3))), left - 7, y(share * most));
    }
    const step = steps.find((candidate) => span / candidate <= plotWidth / 90) ?? 7776000;
    const first = Math.ceil((data.start / 1000 + from) / step) * step - data.start / 1000;
    for (let second = first; second <= to; second += step) {
      g.strokeStyle = css('--line'); g.beginPath(); g.moveTo(x(second), top); g.lineTo(x(second), height - bottom); g.stroke();
      g.fillStyle = css('--faint'); g.textAlign = x(second) > width - 40 ? 'right' : x(second) < left + 20 ? 'left' : 'center'; g.fillText(label(second, step), x(second), height - 9);
    }
    const columns = (line, paint) => { for (let px = 0; px < plotWidth; px += 1) {
      const a = from + (px / plotWidth) * span, found = range(line, a, a + span / plotWidth);
      if (found) paint(left + px, found);
    } };
    if (isLoad) { g.fillStyle = css('--load'); columns(loadSteps, (px, [least, high]) => { g.globalAlpha = 0.85; g.fillRect(px, y(least), 1, base - y(least)); g.globalAlpha = 0.4; g.fillRect(px, y(high), 1, y(least) - y(high)); }); g.globalAlpha = 1; }
    if (needed) {
      g.fillStyle = css('--need'); columns(needed, (px, [, high]) => g.fillRect(px, y(high), 1, base - y(high)));
      g.fillStyle = css('--need-edge'); columns(needed, (px, [least, high]) => g.fillRect(px, y(high) - 0.5, 1, Math.max(1, y(least) - y(high))));
    }
    fleets.forEach((fleet, row) => {
      g.fillStyle = css(fleet.colour); let before;
      columns(fleet.inService, (px, [least, high]) => {
        if (fleet.isRan && px % 7 > 3) { before = undefined; return; }
        const up = Math.min(y(high), before ? before[0] : Infinity), low = Math.max(y(least), before ? before[1] : -Infinity);
        g.fillRect(px, (before && before[1] < y(high) ? before[1] : y(high)) - 0.9, 1.2, Math.max(1.8, (before && before[0] > y(least) ? before[0] : y(least)) - (before && before[1] < y(high) ? before[1] : y(high)) + 1.8));
        before = [y(high), y(least)];
      });
      const own = fleet.needed ?? needed; if (!own) return;
      const stripY = base + 4 + 5 * row;
      g.fillStyle = css('--line'); g.fillRect(left, stripY + 1.5, plotWidth, 1);
      g.fillStyle = css('--short');
      columns(fleet.inService, (px) => {
        const a = from + ((px - left) / plotWidth) * span, b = a + span / plotWidth;
        if (isShort(fleet.inService, own, a, b)) g.fillRect(px, stripY, 1.4, 4);
      });
    });
    if (cursor !== undefined && cursor >= from && cursor <= to) { g.strokeStyle = css('--ink'); g.globalAlpha = 0.55; g.beginPath(); g.moveTo(x(cursor), top); g.lineTo(x(cursor), height - bottom); g.stroke(); g.globalAlpha = 1; }
    if (drag && drag.to !== undefined) { g.fillStyle = css('--ink'); g.globalAlpha = 0.1; g.fillRect(x(Math.min(drag.from, drag.to)), top, Math.abs(x(drag.to) - x(drag.from)), base - top); g.globalAlpha = 1; }
  }
  const isShort = (inService, needed, from, to) => {
    for (let i = Math.max(0, indexAt(needed, from)); i < needed.length && (needed[i][0] < to); i += 1) {
      const need = needed[i][1], a = Math.max(from, needed[i][0]), b = Math.min(to, needed[i + 1]?.[0] ?? to);
      if (need !== null && b > a && (range(inService, a, b)?.[0] ?? 0) < need) return true;
    }
    return false;
  };
  const drawAll = () => plots.forEach(draw);
  const secondAt = (canvas, event) => { const box = canvas.getBoundingClientRect(); const share = (event.clientX - box.left - left) / (box.width - left - right); return view[0] + Math.min(1, Math.max(0, share)) * (view[1] - view[0]); };
  const escape = (text) => text.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c]);
  const mark = (colour) => '<i style="background:var(' + colour + ')"></i>';

  function show(canvas, second, place) {
    const lines = ['<span class="when">' + when(second).toUTCString().slice(0, 22) + ' UTC</span>'];
    if (data.load) lines.push('<p>' + escape(data.load.name) + ' <b>' + (at(loadSteps, second) ?? 'no datapoint') + '</b></p>');
    const fleets = canvas.dataset.plot === 'load' ? [] : data.layers[Number(canvas.dataset.plot)].fleets;
    for (const fleet of fleets) {
      const need = fleet.needed ? at(fleet.needed, second) : null, count = at(fleet.inService, second);
      const short = need !== null && count < need ? ' <span class="short">short</span>' : '';
      lines.push('<p>' + mark(fleet.colour) + escape(fleet.name) + ' <b>' + count + '</b> in service' + (need === null ? '' : ', <b>' + need + '</b> needed') + short + '</p>');
      const decided = fleet.decisions[indexAt(fleet.decisions, second)];
      if (decided) lines.push('<p><span class="when">' + when(decided[0]).toISOString().slice(11, 19) + '</span> ' + escape(decided[2]) + '</p>');
    }
    tip.innerHTML = lines.join('');
    tip.style.display = 'block';
    const box = tip.getBoundingClientRect();
    tip.style.left = Math.max(8, place.x + 18 + box.width > innerWidth ? place.x - box.width - 18 : place.x + 18) + 'px';
    tip.style.top = Math.max(8, Math.min(place.y + 12, innerHeight - box.height - 8)) + 'px';
  }
  const hide = () => { tip.style.display = 'none'; cursor = undefined; drawAll(); };

  for (const canvas of plots) {
    canvas.addEventListener('pointerdown', (event) => { drag = { from: secondAt(canvas, event) }; canvas.setPointerCapture(event.pointerId); });
    canvas.addEventListener('pointermove', (event) => {
      cursor = secondAt(canvas, event);
      if (drag) drag.to = cursor;
      show(canvas, cursor, { x: event.clientX, y: event.clientY }); drawAll();
    });
    canvas.addEventListener('pointerup', () => {
      if (drag && drag.to !== undefined && Math.abs(drag.to - drag.from) > (view[1] - view[0]) / 100) view = [Math.min(drag.from, drag.to), Math.max(drag.from, drag.to)];
      drag = undefined; drawAll();
    });
    canvas.addEventListener('pointerleave', () => { if (!drag) hide(); });
    canvas.addEventListener('dblclick', () => { view = [0, data.seconds]; drawAll(); });
    canvas.addEventListener('keydown', (event) => {
      const direction = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (event.key === 'Escape') { view = [0, data.seconds]; return hide(); }
      if (!direction || canvas.dataset.plot === 'load') return;
      event.preventDefault();
      const moments = data.layers[Number(canvas.dataset.plot)].fleets.flatMap((fleet) => fleet.decisions.map(([second]) => second)).sort((a, b) => a - b);
      const now = cursor ?? view[0];
      const next = direction > 0 ? moments.find((second) => second > now) : moments.findLast((second) => second < now);
      if (next === undefined) return;
      cursor = next;
      const box = canvas.getBoundingClientRect();
      show(canvas, cursor, { x: box.left + left + ((cursor - view[0]) / (view[1] - view[0])) * (box.width - left - right), y: box.top + 40 }); drawAll();
    });
  }
  addEventListener('resize', drawAll);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll);
  drawAll();
})();
`;
