"use strict";

/** One drawing: zoom, marks, and a kernel that is pointed at. Everything it shows is written as text, never as markup. */
class Timeline {
  constructor(figure, data) {
    this.figure = figure;
    this.data = data;
    this.scroll = figure.querySelector(".scroll");
    this.svg = figure.querySelector(".tracks");
    this.detail = figure.querySelector(".detail");
    this.axis = figure.querySelector(".axis");
    this.clear = figure.querySelector("[data-clear]");
    this.full = Number(figure.dataset.full);
    this.bars = [...figure.querySelectorAll(".bar")];
    this.zoom = 1;
    this.at = -1;
    this.scroll.tabIndex = 0;
    this.detail.hidden = false;
    this.say("Point at a kernel, or focus the timeline: arrow keys walk the kernels, + and − zoom, 0 shows all, Ctrl and the wheel zoom at the pointer.");
    figure.querySelector(".tools").hidden = false;
    this.listen();
    this.names();
  }

  listen() {
    this.figure.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      const bar = event.target.closest(".bar");
      if (button?.dataset.zoom) this.zoomBy({ in: 2, out: 0.5, fit: 0 }[button.dataset.zoom]);
      else if (button && "clear" in button.dataset) this.mark([]);
      else if (bar) this.pick(this.bars.indexOf(bar), false);
    });
    this.svg.addEventListener("pointerover", (event) => {
      const bar = event.target.closest(".bar");
      if (bar) this.pick(this.bars.indexOf(bar), false);
    });
    this.scroll.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      this.zoomBy(event.deltaY < 0 ? 1.4 : 1 / 1.4, event.clientX - this.scroll.getBoundingClientRect().left);
    }, { passive: false });
    this.scroll.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const act = {
        ArrowRight: () => this.step(1), ArrowLeft: () => this.step(-1),
        ArrowUp: () => this.cross(), ArrowDown: () => this.cross(),
        Home: () => this.pick(0, true), End: () => this.pick(this.bars.length - 1, true),
        "+": () => this.zoomBy(2), "=": () => this.zoomBy(2), "-": () => this.zoomBy(0.5), "0": () => this.zoomBy(0),
        Escape: () => this.mark([]),
      }[event.key];
      if (!act) return;
      event.preventDefault();
      act();
    });
  }

  /** Makes the drawing wider around a point that stays where it is; 0 shows all. */
  zoomBy(factor, keep = this.scroll.clientWidth / 2) {
    const width = this.scroll.clientWidth;
    const most = Math.min(400, 60000 / width);
    const point = (this.scroll.scrollLeft + keep) / (width * this.zoom);
    this.zoom = factor === 0 ? 1 : Math.min(most, Math.max(1, this.zoom * factor));
    this.svg.setAttribute("width", this.zoom * 100 + "%");
    this.scroll.scrollLeft = point * width * this.zoom - keep;
    this.ticks();
    this.names();
  }

  /** Round times, about one every hundred pixels. */
  ticks() {
    const count = Math.max(4, (this.scroll.clientWidth * this.zoom) / 110);
    const least = this.full / count;
    const ten = 10 ** Math.floor(Math.log10(least));
    const step = [1, 2, 5, 10].map((of) => of * ten).find((of) => of >= least);
    // With shortened pauses the axis tells lengths: only the first step is named.
    const times = !("shortened" in this.figure.dataset);
    this.axis.replaceChildren();
    for (let n = 0; n * step <= this.full * 0.95; n += 1) {
      const x = ((n * step) / this.full) * 100 + "%";
      this.axis.append(shape("line", { x1: x, x2: x, y1: 16, y2: "100%" }), shape("text", { x, y: 11 }, times || n === 1 ? axisTime(n * step) : ""));
    }
  }

  /** Names in bars that have become wide enough. */
  names() {
    const wide = this.scroll.clientWidth * this.zoom;
    if (wide === 0) return;
    for (const bar of this.bars) {
      const rect = bar.firstElementChild;
      const fits = (parseFloat(rect.getAttribute("width")) / 100) * wide >= 30;
      const written = bar.querySelector("svg");
      if (written) written.style.display = fits ? "" : "none";
      if (written || !fits) continue;
      const name = this.data.kernels[this.op(bar)[4]][0];
      const place = { x: rect.getAttribute("x"), y: rect.getAttribute("y"), width: rect.getAttribute("width"), height: 24 };
      const inner = shape("svg", place);
      inner.append(shape("text", { x: 5, y: 16 }, name));
      bar.append(inner);
    }
  }

  op(bar) {
    const side = bar.dataset.i.startsWith("m") ? this.data.mock : this.data.e2e;
    return side[Number(bar.dataset.i.slice(1))];
  }

  step(by) {
    const lit = this.bars.filter((bar) => bar.classList.contains("lit"));
    const among = lit.length ? lit : this.bars;
    const now = among.indexOf(this.bars[this.at]);
    const next = Math.min(among.length - 1, Math.max(0, now + by));
    this.pick(this.bars.indexOf(among[now < 0 ? 0 : next]), true);
  }

  /** To the kernel of the other side that stands against this one. */
  cross() {
    const bar = this.bars[this.at];
    const other = bar && this.bars.find((b) => b !== bar && b.dataset.p === bar.dataset.p);
    if (other) this.pick(this.bars.indexOf(other), true);
  }

  pick(index, scroll) {
    if (index < 0 || index >= this.bars.length) return;
    this.at = index;
    const bar = this.bars[index];
    this.figure.querySelectorAll(".at").forEach((old) => old.classList.remove("at"));
    this.figure.querySelectorAll(`[data-p="${bar.dataset.p}"]`).forEach((same) => same.classList.add("at"));
    this.describe(bar);
    if (scroll) this.show([bar]);
  }

  describe(bar) {
    const of = (side) => side.find((op) => String(op[6]) === bar.dataset.p);
    const [mock, e2e] = [of(this.data.mock), of(this.data.e2e)];
    const op = this.op(bar);
    const [name, whole, family] = this.data.kernels[op[4]];
    const ratio = mock && e2e && e2e[1] > 0 ? `, ${signed(mock[1] / e2e[1])}` : "";
    const side = (word, o) => `${word} ${o ? time(o[1]) + " at " + time(o[0]) + ", stream " + o[3] : "–"}`;
    const launch = (o) => (o ? this.data.launches[o[5]] : "–");
    const launches = mock && e2e && launch(mock) !== launch(e2e) ? `mock ${launch(mock)} · E2E ${launch(e2e)}` : launch(op);
    const other = mock && e2e && mock[4] !== e2e[4] ? ` → E2E ${this.data.kernels[e2e[4]][0]}` : "";
    const head = document.createElement("b");
    head.textContent = `#${op[6]} ${this.data.kernels[(mock || op)[4]][0] || name}${other}`;
    this.detail.replaceChildren(
      head, ` ${op[7]}${family ? ", family " + family : ""}`,
      line(`${side("mock", mock)} · ${side("E2E", e2e)}${ratio}`), line(launches), line(whole));
  }

  say(text) {
    this.detail.replaceChildren(text);
  }

  /** Marks places of the alignment and brings them into view; none unmarks all. */
  mark(positions, what) {
    const wanted = new Set(positions);
    const lit = this.bars.filter((bar) => wanted.has(bar.dataset.p));
    this.figure.querySelectorAll("[data-p]").forEach((part) => part.classList.toggle("lit", wanted.has(part.dataset.p)));
    this.figure.classList.toggle("marked", lit.length > 0);
    this.clear.hidden = lit.length === 0;
    if (!lit.length) return;
    this.at = this.bars.indexOf(lit[0]);
    if (lit.length === 1 || new Set(lit.map((b) => b.dataset.p)).size === 1) this.pick(this.at, false);
    else this.say(`${what}: ${lit.length} bars are marked; arrow keys walk them, Escape unmarks.`);
    const widths = lit.map((bar) => bar.getBoundingClientRect().width);
    if (Math.max(...widths) < 4) this.zoomBy(8);
    this.show(lit);
  }

  /** Scrolls so that the first of the bars is seen. */
  show(bars) {
    const box = this.scroll.getBoundingClientRect();
    const first = bars[0].getBoundingClientRect();
    if (first.left < box.left || first.right > box.right) this.scroll.scrollLeft += first.left - box.left - box.width / 3;
  }
}

function shape(name, attributes, text = "") {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}

function line(text) {
  const made = document.createElement("span");
  made.textContent = text;
  return made;
}

function scaled(ns, digits) {
  if (Math.abs(ns) < 1e3) return `${Math.round(ns)} ns`;
  const [by, unit] = Math.abs(ns) < 1e6 ? [1e3, "us"] : Math.abs(ns) < 1e9 ? [1e6, "ms"] : [1e9, "s"];
  return `${digits(ns / by)} ${unit}`;
}

const time = (ns) => scaled(ns, (n) => n.toFixed(2));
const axisTime = (ns) => (ns === 0 ? "0" : scaled(ns, (n) => String(Number(n.toFixed(4)))));
const signed = (ratio) => `${ratio < 1 ? "−" : "+"}${Math.abs((ratio - 1) * 100).toFixed(1)}%`;
