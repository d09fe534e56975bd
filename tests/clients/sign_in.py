"""What the clients of the Python SDK are given to sign their user in."""

import asyncio
from http.client import HTTPConnection
from urllib.parse import parse_qsl, urlencode, urlsplit

from mcp.shared.auth import OAuthClientMetadata


def metadata_of(means):
    return OAuthClientMetadata(
        client_name=means["name"],
        redirect_uris=[means["redirect"]],
        token_endpoint_auth_method="none",
        grant_types=["authorization_code", "refresh_token"],
    )


class Kept:
    """Tokens and client, kept for as long as the connection lasts."""

    def __init__(self):
        self.tokens = None
        self.client = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client):
        self.client = client


class Visit:
    """Sends the user's browser somewhere, and keeps what it comes back with."""

    def __init__(self, means):
        self.browser = urlsplit(means["browser"])
        self.back = {}

    async def go(self, url):
        self.back = await asyncio.to_thread(self.ask, url)

    def ask(self, url):
        connection = HTTPConnection(self.browser.netloc)
        connection.request("GET", f"{self.browser.path}?{urlencode({'url': url})}")
        location = connection.getresponse().headers["location"]
        return dict(parse_qsl(urlsplit(location).query))
