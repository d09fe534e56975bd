"""Does with an MCP client what the lines of standard input say, and prints what was seen, a line each."""

import asyncio
import json
import sys
import time
from contextlib import AsyncExitStack


def told(error):
    """What an error says, or those that it groups."""
    inner = getattr(error, "exceptions", None)
    return "; ".join(told(one) for one in inner) if inner else str(error) or repr(error)


def let_pass(seconds, now=time.time):
    """From now on the client's clock is ahead by this."""
    time.time = lambda: now() + seconds


class Questions:
    """Answers the questions of one call as its line says."""

    def __init__(self):
        self.begin("decline")

    def begin(self, answer):
        self.asked = []
        self.answer = answer

    def take(self, message):
        self.asked.append(message)
        return self.answer, {"confirm": True} if self.answer == "accept" else None


async def serve(connect):
    """`connect(server, questions)` is a context manager that gives (revision, list_tools, call_tool)."""
    questions = Questions()
    stack = AsyncExitStack()
    client = None
    while line := await asyncio.to_thread(sys.stdin.readline):
        order = json.loads(line)
        progress = []

        async def on_progress(_progress, _total=None, message=None):
            progress.append(message)

        try:
            if "connect" in order:
                old, stack = stack, AsyncExitStack()
                # Of a connection that the server has ended some clients fail to close their side.
                try:
                    await old.aclose()
                except Exception as error:
                    print(told(error), file=sys.stderr)
                client = await stack.enter_async_context(connect(order["connect"], questions))
                seen = {"revision": client[0]}
            elif "advanceSeconds" in order:
                let_pass(order["advanceSeconds"])
                seen = {}
            elif "call" in order:
                questions.begin(order.get("answer", "decline"))
                result = await client[2](order["call"], order["arguments"], on_progress)
                seen = {**shown(result), "progress": progress, "asked": questions.asked}
            else:
                seen = {"tools": len(await client[1]())}
        except Exception as error:
            seen = {"error": told(error)}
        print(json.dumps(seen), flush=True)
    await stack.aclose()


def shown(result):
    """A tool's result, whichever version of the SDK has read it."""
    value = result.model_dump(by_alias=True)
    return {
        "isError": bool(value.get("isError")),
        "text": "".join(part.get("text", "") for part in value["content"]),
        "value": value.get("structuredContent"),
    }
