// The pages of `saseo serve` in Chromium: axe-core finds nothing, nothing is too wide, nothing is
// asked elsewhere, everything works without JavaScript, keys lead through lists, and what a hostile
// paper wrote is text. `node pages.mjs DEMO HOSTILE SCREENSHOTS`, both the address of a server.
import assert from "node:assert/strict";
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { chromium } from "playwright-core";

const [demo, hostile, screenshots] = process.argv.slice(2);
const axe = fs.readFileSync(new URL("node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

// All that the browser asks goes through this proxy, which knows where to.
const asked = new Set();
const proxy = http.createServer((request, answer) => {
  const url = new URL(request.url);
  asked.add(url.origin);
  const passed = http.request(url, { method: request.method, headers: request.headers }, (from) => {
    answer.writeHead(from.statusCode, from.headers);
    from.pipe(answer);
  });
  passed.on("error", () => answer.destroy());
  answer.on("close", () => passed.destroy());
  request.pipe(passed);
});
proxy.on("connect", (request, socket) => {
  asked.add(request.url);
  socket.destroy();
});
await new Promise((listening) => proxy.listen(0, "127.0.0.1", listening));

// The browser's own services are turned off: what it asks is asked by a page.
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-background-networking", "--disable-component-update"],
  proxy: { server: `http://127.0.0.1:${proxy.address().port}`, bypass: "<-loopback>" },
});

const findings = [];
let seen = 0;

// Opens a page, and returns it with what went wrong in it.
async function opened(context, base, where) {
  const page = await context.newPage();
  page.on("dialog", (dialog) => {
    findings.push(`${where}: a dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("console", (message) => {
    const isFrame = message.location().url.includes("/raw") || message.text().includes("/raw");
    const isStatus = message.text().includes("status of 404") || message.text().includes("status of 400");
    if (message.type() === "error" && !isFrame && !isStatus) findings.push(`${where}: ${message.text()}`);
  });
  await page.goto(base + where, { waitUntil: "load" });
  seen += 1;
  return page;
}

async function checked(page, where, how) {
  const isTooWide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  if (isTooWide) findings.push(`${how} ${where}: wider than the window`);
  await page.evaluate(axe);
  const result = await page.evaluate((runOnly) => window.axe.run(document, { runOnly, iframes: false }), rules);
  for (const finding of result.violations) {
    const at = finding.nodes.slice(0, 2).map((node) => node.html.slice(0, 200));
    findings.push(`${how} ${where}: ${finding.id}: ${at.join(" | ")}`);
  }
}

async function hrefOf(page, selector) {
  const href = await page.getAttribute(selector, "href");
  assert(href, `no ${selector} on ${page.url()}`);
  return href;
}

// The addresses that the links of pages lead to.
async function pagesOf(base, name) {
  const context = await browser.newContext();
  const page = await opened(context, base, "/");
  const article = await hrefOf(page, ".articles > li > a");
  await page.goto(base + article);
  const capture = await hrefOf(page, "a[href*='/capture/']");
  await context.close();
  return [
    "/", "/search", "/search?q=%EC%B1%85%EB%B0%A9", "/search?q=%22", "/search?q=%EC%98%A4%EB%8A%98&sort=new",
    `/sites/${name}`, "/runs", "/settings", "/nothing",
    article, `${article}/versions`, `${article}/versions/1`, `${article}/diff`, capture,
    ...extraPages,
  ];
}

const extraPages = (process.env.SASEO_PAGES || "").split(" ").filter(Boolean);
const pages = await pagesOf(demo, "demo");

for (const colorScheme of ["light", "dark"]) {
  for (const locale of ["ko-KR", "en-GB"]) {
    for (const width of [360, 1280]) {
      const context = await browser.newContext({ colorScheme, locale, viewport: { width, height: 900 } });
      const how = `${colorScheme} ${locale} ${width}`;
      for (const where of pages) {
        const page = await opened(context, demo, where);
        const language = await page.getAttribute("html", "lang");
        assert.equal(language, locale.slice(0, 2), where);
        await checked(page, where, how);
        const name = `${how} ${where}`.replace(/[^a-z0-9]+/gi, "-").slice(0, 80);
        await page.screenshot({ path: path.join(screenshots, `${name}.png`) });
        await page.close();
      }
      await context.close();
    }
  }
}

// Without JavaScript.
{
  const context = await browser.newContext({ javaScriptEnabled: false, locale: "ko-KR" });
  for (const where of pages) {
    const page = await opened(context, demo, where);
    assert((await page.textContent("main")).trim().length > 5, where);
    await page.close();
  }
  const page = await opened(context, demo, "/");
  await page.fill("header input[name=q]", "책방");
  await page.press("header input[name=q]", "Enter");
  await page.waitForSelector("mark");
  await page.click("footer a[href^='/settings']");
  await page.check("input[name=scheme][value=dark]");
  await page.check("input[name=size][value=largest]");
  await page.click("main button");
  await page.waitForURL(/\/search\?q=/);
  const colour = () => page.locator("body").evaluate((body) => getComputedStyle(body).backgroundColor);
  assert.equal(await colour(), "rgb(23, 24, 26)", "the choice of dark colours is kept");
  await checkedSize(page);
  await context.close();
}

async function checkedSize(page) {
  const size = await page.locator("html").evaluate((html) => getComputedStyle(html).fontSize);
  assert.equal(size, "25.6px", "the choice of large letters is kept");
}

// Keys.
{
  const context = await browser.newContext({ locale: "en-GB" });
  const page = await opened(context, demo, "/");
  const focused = () => page.evaluate(() => document.activeElement.getAttribute("href") || document.activeElement.name);
  const links = await page.locator(".articles > li > a").evaluateAll((all) => all.map((one) => one.getAttribute("href")));
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  assert.equal(await focused(), links[1]);
  await page.keyboard.press("k");
  assert.equal(await focused(), links[0]);
  await page.keyboard.press("/");
  assert.equal(await focused(), "q");
  await page.keyboard.type("j/?");
  assert.equal(await page.inputValue("header input[name=q]"), "j/?");
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("Control+j");
  assert.notEqual(await focused(), links[0]);
  await page.keyboard.press("?");
  await page.waitForURL(/\/settings#keys$/);
  await page.goto(`${demo}/choose?keys=off&back=/`);
  await page.keyboard.press("j");
  assert.notEqual(await focused(), links[0], "keys are off");
  await context.close();
}

// What a hostile paper wrote.
{
  const context = await browser.newContext({ locale: "ko-KR", viewport: { width: 360, height: 900 } });
  for (const where of await pagesOf(hostile, "hostile")) {
    const page = await opened(context, hostile, where);
    await page.waitForTimeout(100);
    assert.equal(await page.evaluate(() => window.hacked), undefined, where);
    for (const frame of page.frames().slice(1)) assert.equal(await frame.evaluate(() => window.hacked).catch(() => undefined), undefined, where);
    assert(page.url().startsWith(hostile), page.url());
    if (!where.startsWith("/search?q=%22")) await checked(page, where, "hostile");
    await page.close();
  }
  const page = await opened(context, hostile, "/");
  assert((await page.textContent("main")).includes("<script src="), "a title is shown as text");
  for (const link of await page.locator(".articles > li > a").evaluateAll((all) => all.map((one) => one.getAttribute("href")))) {
    await page.goto(hostile + link);
    assert.equal(await page.evaluate(() => window.hacked), undefined, link);
    assert((await page.textContent("h1")).includes("<script src="), link);
  }
  await context.close();
}

await browser.close();
proxy.close();
// Chromium itself asks its maker; no page here names these hosts.
const isOfBrowser = (origin) => /(^|\/|\.)(google|googleapis|gvt1)\.com(:443)?$/.test(origin);
const elsewhere = [...asked].filter((origin) => origin !== demo && origin !== hostile && !isOfBrowser(origin));
for (const origin of elsewhere) findings.push(`asked elsewhere: ${origin}`);
for (const finding of new Set(findings)) console.error(finding);
console.log(`${seen} pages in Chromium, ${findings.length} findings, asked: ${[...asked].join(" ")}`);
process.exitCode = findings.length ? 1 : 0;
