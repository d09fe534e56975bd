import asyncio
from contextlib import asynccontextmanager

from lines import serve
from mcp import ClientSession, StdioServerParameters, types
from mcp.client.sse import sse_client
from mcp.client.stdio import stdio_client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import create_mcp_http_client, streamable_http_client
from sign_in import Kept, Visit, metadata_of


def auth_of(server):
    means = server.get("signIn")
    if means is None:
        return None
    visit = Visit(means)

    async def come_back():
        return visit.back["code"], visit.back["state"]

    return OAuthClientProvider(
        server["url"],
        metadata_of(means),
        Kept(),
        visit.go,
        come_back,
    )


@asynccontextmanager
async def streams(server):
    if server["transport"] == "stdio":
        words = {key: server[key] for key in ("command", "args", "env")}
        async with stdio_client(StdioServerParameters(**words)) as (read, write):
            yield read, write
    elif server["transport"] == "sse":
        async with sse_client(server["url"], headers=server["headers"]) as (read, write):
            yield read, write
    else:
        async with (
            create_mcp_http_client(headers=server["headers"], auth=auth_of(server)) as http_client,
            streamable_http_client(server["url"], http_client=http_client) as (read, write, _),
        ):
            yield read, write


@asynccontextmanager
async def connect(server, questions):
    async def answer(_context, params):
        action, content = questions.take(params.message)
        return types.ElicitResult(action=action, content=content)

    async with (
        streams(server) as (read, write),
        ClientSession(read, write, elicitation_callback=answer) as session,
    ):
        begun = await session.initialize()

        async def list_tools():
            return (await session.list_tools()).tools

        async def call_tool(name, arguments, on_progress):
            return await session.call_tool(name, arguments, progress_callback=on_progress)

        yield begun.protocolVersion, list_tools, call_tool


asyncio.run(serve(connect))
