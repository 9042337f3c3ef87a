"""Names that the server answers to, by setting: a page whose name leads here is told nothing."""

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin

from service.settings import InvalidSetting, Settings
from tests.service.conftest import Asking, serving
from tests.subscriptions.running import PROTOCOL, running, socket_to

_QUERY = {"query": "{ __typename }"}
_LISTED = "localhost, lineage.Example.com,*.internal,[::1],10.0.0.7"


async def _status(asking: Asking, host: str) -> int:
    asked = await asking.http.post("/graphql", json=_QUERY, headers={"Host": host})
    return asked.status_code


async def test_any_name_is_answered_unless_a_setting_lists_some(database_url: str) -> None:
    for hosts in (None, "*", "localhost, *"):
        async with serving(database_url, hosts=hosts) as asking:
            assert await _status(asking, "evil.example.net") == 200


async def test_listed_names_are_answered_at_any_port(database_url: str) -> None:
    async with serving(database_url, hosts=_LISTED) as asking:
        for host in (
            "localhost",
            "LOCALHOST:8000",
            "lineage.example.com:443",
            "lineage.example.com.",
            "a.internal",
            "a.b.internal:80",
            "[::1]",
            "[::1]:8000",
            "10.0.0.7:8000",
        ):
            assert await _status(asking, host) == 200, host


async def test_other_names_are_refused(database_url: str) -> None:
    async with serving(database_url, hosts=_LISTED) as asking:
        for host in (
            "evil.example.net",
            "localhost.evil.example.net",
            "www.lineage.example.com",
            "internal",
            "evilinternal",
            "[::2]:8000",
            "[::1",
            "::1",
            "10.0.0.70",
            "evil.example.net@localhost",
            "localhost/evil",
            "localhost, evil.example.net",
            "localhost:80:80",
            ":8000",
            "",
        ):
            assert await _status(asking, host) == 421, host


async def test_several_names_are_none_of_ours(database_url: str) -> None:
    async with serving(database_url, hosts=_LISTED) as asking:
        for hosts in (["localhost", "evil.example.net"], ["localhost", "localhost"]):
            headers = [("Host", each) for each in hosts]
            asked = await asking.http.post("/graphql", json=_QUERY, headers=headers)
            assert asked.status_code == 421


async def test_the_refusal_says_what_to_do(database_url: str) -> None:
    async with serving(database_url, hosts="localhost", cors_origins="*") as asking:
        evil = {"Host": "evil.example.net:8000", "Origin": "http://evil.example.net:8000"}
        refused = await asking.http.post("/graphql", json=_QUERY, headers=evil)
        assert refused.json() == {
            "errors": [
                {
                    "message": (
                        "this server does not answer for the host 'evil.example.net:8000':"
                        " ask it by a name of its own, or add the name to HEADWATER_HOSTS"
                    ),
                    "extensions": {"code": "HOST_NOT_SERVED", "category": "forbidden"},
                }
            ]
        }
        for path in ("/", "/graphql", "/schema.graphql", "/nothing"):
            assert (await asking.http.get(path, headers=evil)).status_code == 421
        preflight = {**evil, "Access-Control-Request-Method": "POST"}
        assert (await asking.http.options("/graphql", headers=preflight)).status_code == 421


async def test_probes_come_by_any_name(database_url: str) -> None:
    async with serving(database_url, hosts="localhost") as asking:
        for path in ("/livez", "/readyz"):
            probed = await asking.http.get(path, headers={"Host": "10.1.2.3:8000"})
            assert probed.status_code == 200


async def test_a_socket_of_another_name_is_not_opened(database_url: str) -> None:
    async with running(database_url, hosts="127.0.0.1") as server:
        async with socket_to(server.at) as socket:
            await socket.begin()
        evil = f"evil.example.net:{server.at.port}"
        # As the browser has it whose page was rebound: origin and host are the same.
        there = connect(
            f"ws://{evil}/graphql",
            origin=Origin(f"http://{evil}"),
            subprotocols=[PROTOCOL],
            host="127.0.0.1",
        )
        with pytest.raises(InvalidStatus) as refused:
            await there
        assert refused.value.response.status_code == 421


@pytest.mark.parametrize(
    "given",
    ["localhost:8000", "http://localhost", "a.com,,", "*.", "*a.com", "a.*.com", "::1", "a/b"],
)
def test_what_is_no_name_is_told_with_the_variable(given: str) -> None:
    with pytest.raises(InvalidSetting, match=r"HEADWATER_HOSTS.*without a port"):
        Settings.from_environment(hosts=given)
