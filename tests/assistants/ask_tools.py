"""Asks every tool of `saseo mcp` by the protocol's own client, on pipes and over HTTP.

`ask_tools.py SASEO DATA RESERVED OPEN`: DATA is the folder of an archive, RESERVED the id of an
article that its paper reserves from answers, and OPEN that of another one.
"""

import asyncio
import json
import subprocess
import sys

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client

saseo, data, reserved, opened = sys.argv[1:5]


def kept(article):
    """Returns an article as the archive has it."""
    shown = subprocess.run(
        [saseo, "--json", "--data", data, "show", article],
        check=True, capture_output=True, text=True,
    )
    return json.loads(shown.stdout)


def secrets(article):
    """Returns the texts of an article that no answer may have."""
    whole = kept(article)
    captions = [image["caption"] for image in whole["images"]]
    found = [whole["subtitle"], *whole["paragraphs"], *captions]
    return [text for text in found if text and len(text) > 20]


async def ask_all(session):
    """Asks each tool, and returns how many answers came. The client validates all of them."""
    hidden = secrets(reserved)
    assert hidden, "the reserved article has no text"
    answers = 0

    async def ask(tool, **arguments):
        nonlocal answers
        result = await session.call_tool(tool, arguments)
        assert not result.is_error, (tool, arguments, result)
        told = json.dumps(result.model_dump(mode="json"), ensure_ascii=False)
        if arguments.get("id") == reserved:
            assert not any(text in told for text in hidden), (tool, told)
        answers += 1
        return result.structured_content

    listed = await session.list_tools()
    assert len(listed.tools) == 6
    for tool in listed.tools:
        assert tool.output_schema and tool.annotations.read_only_hint, tool

    site = (await ask("sites"))["sites"][0]["site"]
    await ask("coverage", site=site)
    await ask("coverage", site=site, by="day")

    title = kept(reserved)["title"]
    found = await ask("search", query=f'"{title}"', limit=50)
    hits = [one for one in found["results"] if one["id"] == reserved]
    assert hits and all(one["snippet"] is None and one["reserved"] for one in hits), found
    cursor, seen = None, 0
    while True:
        page = await ask("search", query="책", order="newest", cursor=cursor)
        seen += len(page["results"])
        for one in page["results"]:
            assert (one["id"] == reserved) == (one["snippet"] is None), one
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen > 0

    for article in (reserved, opened):
        for tool in ("article", "versions", "diff"):
            answer = await ask(tool, id=article)
            assert answer["title"] == kept(article)["title"], answer
    closed = await ask("article", id=reserved)
    assert closed["content"] is None and closed["reserved"]["statements"], closed
    text, cursor = "", None
    while True:
        content = (await ask("article", id=opened, cursor=cursor))["content"]
        text += "".join(piece["text"] for piece in content["text"])
        cursor = content["next_cursor"]
        if cursor is None:
            break
    assert text == "".join(kept(opened)["paragraphs"]), text

    wrong = await session.call_tool("article", {"id": "none/1"})
    assert wrong.is_error and "search" in wrong.content[0].text, wrong
    return answers


async def by(streams, name):
    async with streams as (incoming, outgoing), ClientSession(incoming, outgoing) as session:
        told = await session.initialize()
        assert told.server_info.name == "saseo" and told.instructions, told
        print(f"{name}: {await ask_all(session)} answers, each by the schema of its tool")


async def main():
    command = StdioServerParameters(command=saseo, args=["--data", data, "mcp"])
    await by(stdio_client(command), "on pipes")

    server = subprocess.Popen(
        [saseo, "--quiet", "--data", data, "mcp", "--listen", "127.0.0.1:0"],
        stdout=subprocess.PIPE, text=True,
    )
    try:
        await by(streamable_http_client(server.stdout.readline().strip()), "over HTTP")
    finally:
        server.terminate()
        assert server.wait() == 143


asyncio.run(main())
