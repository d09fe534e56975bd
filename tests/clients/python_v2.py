import asyncio
from contextlib import asynccontextmanager

import httpx2
from lines import serve
from mcp import Client, StdioServerParameters
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import ElicitResult
from sign_in import Kept, Visit, metadata_of


def auth_of(server):
    means = server.get("signIn")
    if means is None:
        return None
    visit = Visit(means)

    async def come_back():
        back = visit.back
        return AuthorizationCodeResult(code=back["code"], state=back["state"], iss=back.get("iss"))

    return OAuthClientProvider(
        server["url"],
        metadata_of(means),
        Kept(),
        visit.go,
        come_back,
    )


def transport_of(server, http_client):
    if server["transport"] == "stdio":
        words = {key: server[key] for key in ("command", "args", "env")}
        return StdioServerParameters(**words)
    if server["transport"] == "sse":
        return sse_client(server["url"], headers=server["headers"])
    return streamable_http_client(server["url"], http_client=http_client)


@asynccontextmanager
async def connect(server, questions):
    async def answer(_context, params):
        action, content = questions.take(params.message)
        return ElicitResult(action=action, content=content)

    words = {"headers": server.get("headers"), "auth": auth_of(server), "timeout": 30}
    async with httpx2.AsyncClient(**words) as http_client:
        transport = transport_of(server, http_client)
        async with Client(transport, mode=server["mode"], elicitation_callback=answer) as client:

            async def list_tools():
                return (await client.list_tools()).tools

            async def call_tool(name, arguments, on_progress):
                return await client.call_tool(name, arguments, progress_callback=on_progress)

            yield client.protocol_version, list_tools, call_tool


asyncio.run(serve(connect))
