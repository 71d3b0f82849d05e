// A paper whose articles are hostile: markup in titles, scripts in texts, marks that reorder lines,
// a very long article. `node hostile_paper.mjs PORTFILE` serves it, and writes its port.
import fs from "node:fs";
import http from "node:http";

const outside = "http://elsewhere.example";
const bidi = "\u202e\u2066거꾸로\u2069\u202c";
const title = `&lt;script src="${outside}/x.js"&gt;&lt;/script&gt;&lt;img src=x onerror="window.hacked=1"&gt; ${bidi} ../../etc`;
const live = `<script>window.hacked = 1; fetch("${outside}/f")</script><img src="${outside}/i.png" onerror="window.hacked=1">
  <iframe src="${outside}/frame"></iframe><link rel="stylesheet" href="${outside}/s.css"><form action="${outside}/form"></form>
  <meta http-equiv="refresh" content="0; url=${outside}/refresh"><svg onload="window.hacked=1"></svg><base href="${outside}/">`;
const sentence = `오늘 책방에서 낭독회가 열렸다고 한다. &lt;b onmouseover="window.hacked=1"&gt;굵게&lt;/b&gt; ${bidi} 독자들은 끝까지 자리를 지켰다. `;
// Ten megabytes.
const long = `<p>${sentence.repeat(10)}</p>`.repeat(Math.ceil((10 << 20) / Buffer.byteLength(sentence) / 10));

// As the CMS of ND Soft has it, of which the longest pages are read, too.
function article(n) {
  const text = n === 3 ? long : `<p>${sentence.repeat(6)}</p>`.repeat(4);
  return `<!doctype html><html lang="ko"><head><meta charset="utf-8"><title>${title}</title>
    <meta property="og:title" content='${title} ${n}'><meta property="article:published_time" content="2026-11-2${n}T09:00:00+09:00">
    <meta property="article:section" content="&lt;i&gt;${bidi}문화"></head>
    <body>${live}<section id="articleViewCon"><header class="article-view-header"><h1 class="heading">${title} ${n}</h1>
    <ul class="breadcrumbs"><li class="info-name">&lt;i&gt;김하늘 ${bidi} 기자</li></ul></header>
    <article id="article-view-content-div" class="article-veiw-body" itemprop="articleBody">${text}</article></section></body></html>`;
}

const server = http.createServer((request, answer) => {
  const found = request.url.match(/^\/news\/articleView\.html\?idxno=([1-4])$/);
  if (request.url === "/robots.txt") {
    answer.setHeader("content-type", "text/plain");
    answer.end("User-agent: *\nAllow: /\n");
  } else if (found) {
    answer.setHeader("content-type", "text/html; charset=utf-8");
    answer.end(article(Number(found[1])));
  } else if (request.url === "/") {
    answer.setHeader("content-type", "text/html; charset=utf-8");
    answer.end(`<!doctype html><html lang="ko"><title>신문</title><ul id="user-menu"><li><a href="/news/articleList.html?view_type=sm">전체기사</a></li></ul></html>`);
  } else if (request.url.startsWith("/news/articleList.html")) {
    const rows = [4, 3, 2, 1].map((n) => `<li class="altlist-webzine-item"><h2 class="altlist-subject"><a href="/news/articleView.html?idxno=${n}">${title} ${n}</a></h2></li>`);
    answer.setHeader("content-type", "text/html; charset=utf-8");
    answer.end(`<!doctype html><html lang="ko"><section id="section-list"><ul class="altlist-webzine">${rows.join("")}</ul></section></html>`);
  } else {
    answer.statusCode = 404;
    answer.end();
  }
});
server.listen(0, "127.0.0.1", () => fs.writeFileSync(process.argv[2], String(server.address().port)));
