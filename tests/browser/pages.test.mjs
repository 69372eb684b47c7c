// The HTML report in a real browser. The pages are written by `cargo test --test html`.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const here = dirname(fileURLToPath(import.meta.url));
const pages = process.env.ALIGN_PAGES ?? join(here, "../../target/tmp/html");
const browserPath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];

let browser;
before(async () => {
  assert.ok(existsSync(pages), `${pages} is missing: run cargo test --test html first`);
  browser = await chromium.launch({ executablePath: browserPath, args: flags });
});
after(() => browser?.close());

/** Opens a page and fails on anything the browser complains of, or any file it asks for. */
async function open(name, { width = 1280, colorScheme = "light", javaScriptEnabled = true } = {}) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, javaScriptEnabled });
  const page = await context.newPage();
  const said = [];
  const url = pathToFileURL(join(pages, `${name}.html`)).href;
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(error.message));
  page.on("dialog", (dialog) => said.push(`dialog: ${dialog.message()}`));
  page.on("request", (request) => request.url() !== url && said.push(`asked for ${request.url()}`));
  await page.goto(url);
  return { page, said, close: () => context.close() };
}

const all = ["pass", "trend", "other-backend", "module-missing", "many-cases", "hostile", "large"];

for (const name of all) {
  for (const look of [{ width: 1280, colorScheme: "light" }, { width: 390, colorScheme: "dark" }]) {
    test(`${name} loads without a complaint at ${look.width} pixels, ${look.colorScheme}`, async () => {
      const { page, said, close } = await open(name, look);
      assert.equal(await page.evaluate(() => document.documentElement.dataset.ready), "yes");
      assert.deepEqual(said, []);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width <= look.width, `the page is ${width} pixels wide`);
      await close();
    });
  }
}

test("no script of hostile text runs, and the text is shown", async () => {
  const { page, said, close } = await open("hostile");
  await page.locator("button.show").first().click();
  await page.locator(".timeline .scroll").press("ArrowRight");
  assert.match(await page.locator(".detail").innerText(), /<script>window\.ran=1<\/script>/);
  assert.equal(await page.evaluate(() => window.ran), undefined);
  assert.equal(await page.locator("img").count(), 0);
  assert.equal(await page.locator("script").count(), 2);
  // What the policy refuses is refused even to markup that gets in.
  await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "window.ran = 1";
    document.body.append(script);
  });
  assert.equal(await page.evaluate(() => window.ran), undefined);
  assert.ok(said.every((text) => text.includes("Content Security Policy")), said.join("\n"));
  await close();
});

test("a click on a finding shows its kernels in the timeline", async () => {
  const { page, close } = await open("module-missing");
  const finding = page.locator(".finding.error").first();
  const wanted = (await finding.locator("button.show").getAttribute("data-positions")).split(" ");
  await finding.locator("h4").click();
  const lit = await page.locator(".bar.lit").evaluateAll((bars) => bars.map((bar) => bar.dataset.p));
  assert.deepEqual([...new Set(lit)].sort(), [...wanted].sort());
  const states = await page.locator(".bar.lit").evaluateAll((bars) => bars.map((bar) => bar.classList.contains("missing")));
  assert.ok(states.length > 0 && states.every(Boolean), "what is missing is marked");
  assert.ok(await page.locator(".timeline .scroll").evaluate((box) => {
    const { top, bottom } = box.getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight && document.activeElement === box;
  }), "the timeline is in view and has the focus");
  await page.keyboard.press("Escape");
  assert.equal(await page.locator(".bar.lit").count(), 0);
  await close();
});

test("the keyboard alone reaches a finding, its kernels and the zoom", async () => {
  const { page, close } = await open("module-missing");
  const show = page.locator("button.show").first();
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press("Tab");
    if (await show.evaluate((button) => button === document.activeElement)) break;
  }
  await page.keyboard.press("Enter");
  assert.ok((await page.locator(".bar.lit").count()) > 0);
  await page.keyboard.press("ArrowRight");
  const detail = page.locator(".detail");
  assert.match(await detail.innerText(), /only in the E2E/);
  assert.match(await detail.innerText(), /grid \d+/);
  const width = () => page.locator(".tracks").evaluate((svg) => svg.getBoundingClientRect().width);
  const before = await width();
  await page.keyboard.press("+");
  assert.ok((await width()) > 1.9 * before);
  assert.ok((await page.locator(".axis text").count()) > 4, "the axis gets finer");
  await page.keyboard.press("0");
  assert.equal(await width(), before);
  await close();
});

test("pointing at a kernel tells of it and of its partner", async () => {
  const { page, close } = await open("other-backend");
  await page.locator(".bar.other").nth(1).hover();
  assert.match(await page.locator(".detail").innerText(), /→ E2E/);
  assert.equal(await page.locator(".bar.at").count(), 2);
  const zoomed = page.locator("[data-zoom=in]");
  await zoomed.click();
  assert.equal(await page.locator(".tracks").getAttribute("width"), "200%");
  await close();
});

test("a trend is drawn with shapes, told in words, and listed in a table that the keyboard reaches", async () => {
  const { page, close } = await open("trend");
  const shapes = new Map();
  for (const run of await page.locator(".runs svg.run").all()) {
    shapes.set(await run.getAttribute("class"), await run.locator("path").getAttribute("d"));
  }
  assert.ok(shapes.size >= 3 && new Set(shapes.values()).size === shapes.size, "a shape for each verdict");
  const box = await page.locator(".runs").boundingBox();
  for (const run of await page.locator(".runs svg.run path").all()) {
    const { x, y, width, height } = await run.boundingBox();
    assert.ok(x >= box.x - 8 && x + width <= box.x + box.width + 8 && y >= box.y && y + height <= box.y + box.height);
  }
  assert.match(await page.locator(".trend .said").innerText(), /25 runs up to this one/);
  assert.match(await page.locator(".changes").innerText(), /driver 575\.57\.08 → 580\.95\.05/);
  await page.locator(".trend details summary").focus();
  await page.keyboard.press("Enter");
  assert.equal(await page.locator("table.history tbody tr").count(), 25);
  assert.match(await page.locator("table.history tbody tr").first().innerText(), /this run/);
  await close();
});

test("without script verdict, cause, picture and findings are there", async () => {
  const { page, close } = await open("module-missing", { javaScriptEnabled: false });
  const text = await page.locator("main").innerText();
  for (const needed of ["cause", "fix", "Findings", "kernel-count", "Sequence", "only in the E2E"]) {
    assert.ok(text.includes(needed), needed);
  }
  assert.ok((await page.locator(".bar").count()) > 20);
  assert.equal(await page.locator("button:visible").count(), 0, "no button that does nothing");
  await close();
});

test("a link to a case opens it", async () => {
  const { page, close } = await open("many-cases");
  const link = page.locator(".cases a").last();
  const id = (await link.getAttribute("href")).slice(1);
  assert.equal(await page.locator(`#${id} > details`).getAttribute("open"), null);
  await link.click();
  assert.notEqual(await page.locator(`#${id} > details`).getAttribute("open"), null);
  await page.locator(`#${id} .bar`).first().hover();
  await close();
});

test("every text has enough contrast, in light and in dark", async () => {
  for (const colorScheme of ["light", "dark"]) {
    const { page, close } = await open("module-missing", { colorScheme });
    const poor = await page.evaluate(lowContrast);
    assert.deepEqual(poor, [], colorScheme);
    await close();
  }
});

test("controls have names, tables have headers, headings follow each other", async () => {
  const { page, close } = await open("module-missing");
  const wrong = await page.evaluate(() => {
    const found = [];
    for (const button of document.querySelectorAll("button")) {
      if (!(button.textContent.trim() || button.ariaLabel)) found.push(button.outerHTML);
    }
    for (const table of document.querySelectorAll("table")) {
      if (!table.querySelector("thead th[scope=col]") || !table.closest("[aria-label], [aria-labelledby]")) found.push("table");
    }
    for (const picture of document.querySelectorAll("svg")) {
      if (!picture.closest("[aria-hidden=true]")) found.push("a picture without words");
    }
    let level = 0;
    for (const heading of document.querySelectorAll("h1, h2, h3, h4")) {
      const own = Number(heading.tagName[1]);
      if (own > level + 1) found.push(heading.outerHTML);
      level = own;
    }
    const ids = [...document.querySelectorAll("[id]")].map((part) => part.id);
    if (new Set(ids).size !== ids.length) found.push("an id twice");
    return found;
  });
  assert.deepEqual(wrong, []);
  await close();
});

test("a large outcome is there and answers within a second", async () => {
  const { page, said, close } = await open("large");
  const ready = await page.evaluate(() => {
    const [navigation] = performance.getEntriesByType("navigation");
    const paint = performance.getEntriesByName("first-contentful-paint")[0];
    return Math.max(navigation.domContentLoadedEventEnd, paint?.startTime ?? 0);
  });
  assert.ok(ready < 1000, `${ready} ms`);
  const zoom = await page.evaluate(async () => {
    const start = performance.now();
    document.querySelector("[data-zoom=in]").click();
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    return performance.now() - start;
  });
  assert.ok(zoom < 1000, `${zoom} ms`);
  assert.deepEqual(said, []);
  await close();
});

/** Texts whose colour and background are nearer than 4.5 to 1 (WCAG 2, level AA). Runs in the page. */
function lowContrast() {
  const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const light = (colour) => {
    const [r, g, b] = [...rgba(colour)].map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (part) => {
    const bar = part.closest(".bar svg") && part.closest(".bar")?.querySelector("rect");
    if (bar) return getComputedStyle(bar).fill;
    for (let at = part; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (rgba(colour)[3] === 255) return colour;
    }
    return "white";
  };
  const poor = new Set();
  for (const part of document.querySelectorAll("main *, header *, footer *")) {
    const own = [...part.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !part.checkVisibility()) continue;
    const style = getComputedStyle(part);
    const [a, b] = [light(part.ownerSVGElement ? style.fill : style.color), light(behind(part))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) poor.add(`${part.tagName}.${part.getAttribute("class")} ${ratio.toFixed(2)}`);
  }
  return [...poor];
}
