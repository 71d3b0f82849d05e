"""The spider that saseo is compared with: the same pages, read for the same fields, and kept.

Run by bench_peers.py as `scrapy runspider spider.py -a home=URL -a database=FILE -a report=FILE`.
It is written as Scrapy's documentation tells: callbacks, selectors, one item a page, and a pipeline
that stores items in SQLite. Settings that would slow it down are off.
"""

import json
import sqlite3
from dataclasses import dataclass

import scrapy

try:  # Scrapy brings it along where Python has no zstd of its own.
    from compression import zstd
except ImportError:
    from backports import zstd

LISTS = "/news/articleList.html"
ROWS_A_PAGE = 20


@dataclass
class Article:
    """The fields that are compared with those of saseo."""

    title: str
    byline: str
    date: str
    section: str
    text: str


@dataclass
class Page:
    """A page as it came, with the article in it."""

    url: str
    status: int
    body: bytes
    article: Article | None = None


class ArchivePipeline:
    """Stores each page with its article in one transaction, as saseo does."""

    def __init__(self, database, keep_pages):
        self.database = database
        self.keep_pages = keep_pages

    @classmethod
    def from_crawler(cls, crawler):
        return cls(crawler.spider.database, crawler.spider.keep_pages)

    def open_spider(self):
        self.db = sqlite3.connect(self.database)
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = NORMAL")
        self.db.execute(
            "CREATE TABLE IF NOT EXISTS page"
            " (id INTEGER PRIMARY KEY, url TEXT, status INTEGER, bytes INTEGER, body BLOB)"
        )
        self.db.execute(
            "CREATE TABLE IF NOT EXISTS article"
            " (url TEXT PRIMARY KEY, title TEXT, byline TEXT, date TEXT, section TEXT, text TEXT)"
        )

    def close_spider(self):
        self.db.close()

    def process_item(self, page):
        with self.db:
            if self.keep_pages:
                self.db.execute(
                    "INSERT INTO page (url, status, bytes, body) VALUES (?, ?, ?, ?)",
                    (page.url, page.status, len(page.body), zstd.compress(page.body, 1)),
                )
            if page.article:
                article = page.article
                self.db.execute(
                    "INSERT OR REPLACE INTO article VALUES (?, ?, ?, ?, ?, ?)",
                    (
                        page.url,
                        article.title,
                        article.byline,
                        article.date,
                        article.section,
                        article.text,
                    ),
                )
        return page


class PaperSpider(scrapy.Spider):
    """Follows the menu to all lists, and their pages to all articles."""

    name = "paper"
    custom_settings = {
        "ROBOTSTXT_OBEY": True,
        "CONCURRENT_REQUESTS": 16,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
        "DOWNLOAD_DELAY": 0,
        "AUTOTHROTTLE_ENABLED": False,
        "COOKIES_ENABLED": False,
        "HTTPCACHE_ENABLED": False,
        "LOG_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "ITEM_PIPELINES": {ArchivePipeline: 300},
    }

    def __init__(self, home, database, report, keep_pages="1", only_new="0", **kwargs):
        super().__init__(**kwargs)
        self.start_urls = [home]
        self.database = database
        self.report = report
        self.keep_pages = keep_pages == "1"
        self.only_new = only_new == "1"
        self.known = self.stored() if self.only_new else set()

    def stored(self):
        """Returns the addresses of the articles that an earlier crawl stored."""
        with sqlite3.connect(self.database) as db:
            return {url for (url,) in db.execute("SELECT url FROM article")}

    def parse(self, response):
        yield self.page(response)
        links = response.css("#user-menu li > a::attr(href)").getall()
        lists = [link for link in links if LISTS in link]
        # The first list has every article, so it alone tells what is new.
        yield from response.follow_all(lists[:1] if self.only_new else lists, self.parse_list)

    def parse_list(self, response, number=1):
        yield self.page(response)
        links = response.css("#section-list .altlist-subject a::attr(href)").getall()
        urls = [response.urljoin(link) for link in links if link]
        new = [url for url in urls if url not in self.known]
        yield from response.follow_all(new, self.parse_article)

        total = response.css("#section-list script").re_first(r"params\['total'\] = \"(\d+)\"")
        is_last = number * ROWS_A_PAGE >= int(total)
        # Lists are newest first: behind a page of known articles there are only older ones.
        if not is_last and (new or not self.only_new):
            first = response.url.split("&page=")[0]
            yield response.follow(
                f"{first}&page={number + 1}", self.parse_list, cb_kwargs={"number": number + 1}
            )

    def parse_article(self, response):
        title = response.css("header.article-view-header .heading").xpath("normalize-space()").get()
        if not title:  # A deleted article: a script that alerts.
            yield self.page(response)
            return

        paragraphs = (
            response.css("#article-view-content-div > p").xpath("normalize-space()").getall()
        )
        yield self.page(
            response,
            Article(
                title=title,
                byline=response.css("li.info-name").xpath("normalize-space()").get(),
                date=response.css('meta[property="article:published_time"]::attr(content)').get(),
                section=response.css('meta[property="article:section"]::attr(content)').get(),
                text="\n\n".join(text for text in paragraphs if text.strip()),
            ),
        )

    def page(self, response, article=None):
        return Page(response.url, response.status, response.body, article)

    def closed(self, reason):
        with open(self.report, "w", encoding="utf-8") as report:
            json.dump(
                {"requests": self.crawler.stats.get_value("downloader/request_count")}, report
            )
