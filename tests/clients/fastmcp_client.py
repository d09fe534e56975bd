import asyncio
from contextlib import asynccontextmanager

from fastmcp import Client
from fastmcp.client.auth import OAuth
from fastmcp.client.elicitation import ElicitResult
from fastmcp.client.transports import SSETransport, StdioTransport, StreamableHttpTransport
from lines import serve


def auth_of(server):
    return OAuth() if "signIn" in server else None


def transport_of(server):
    if server["transport"] == "stdio":
        words = {key: server[key] for key in ("command", "args", "env")}
        return StdioTransport(**words, keep_alive=False)
    kind = SSETransport if server["transport"] == "sse" else StreamableHttpTransport
    return kind(server["url"], headers=server["headers"], auth=auth_of(server))


@asynccontextmanager
async def connect(server, questions):
    async def answer(message, _type, _params, _context):
        action, content = questions.take(message)
        return ElicitResult(action=action, content=content)

    transport = transport_of(server)
    async with Client(transport, mode=server["mode"], elicitation_handler=answer) as client:

        async def call_tool(name, arguments, on_progress):
            return await client.call_tool_mcp(name, arguments, progress_handler=on_progress)

        yield client.protocol_version, client.list_tools, call_tool


asyncio.run(serve(connect))
