"""Pages elsewhere: what their scripts may send and read, by setting, and what nobody lets them."""

import pytest

from service.settings import InvalidSetting, Settings
from tests.service.conftest import Asking, serving

_HERE = "https://lineage.example.com"
_QUERY = {"query": "{ __typename }"}
_PREFLIGHT = {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "content-type,headwater-min-t",
}


async def test_no_page_elsewhere_reads_answers_unless_a_setting_says_so(empty: Asking) -> None:
    headers = {"Origin": _HERE}
    posted = await empty.http.post("/graphql", json=_QUERY, headers=headers)
    assert posted.status_code == 200
    asked = await empty.http.options("/graphql", headers=headers | _PREFLIGHT)
    assert asked.status_code == 405
    for response in (posted, asked):
        assert not [name for name in response.headers if name.startswith("access-control")]


async def test_pages_of_listed_origins_read_answers_and_our_headers(database_url: str) -> None:
    async with serving(database_url, cors_origins=f"http://localhost:3000, {_HERE}") as asking:
        asked = await asking.http.options("/graphql", headers={"Origin": _HERE} | _PREFLIGHT)
        assert asked.status_code == 200
        assert asked.headers["access-control-allow-origin"] == _HERE
        assert "POST" in asked.headers["access-control-allow-methods"]
        assert "headwater-min-t" in asked.headers["access-control-allow-headers"]

        found = await asking.http.get("/graphql", params=_QUERY, headers={"Origin": _HERE})
        assert found.headers["access-control-allow-origin"] == _HERE
        assert "Origin" in found.headers["vary"]
        exposed = found.headers["access-control-expose-headers"]
        assert {each.strip() for each in exposed.split(",")} == {
            "ETag", "Headwater-Schema", "Headwater-Basis",
        }  # fmt: skip
        assert "access-control-allow-credentials" not in found.headers

        known = {"Origin": _HERE, "If-None-Match": found.headers["etag"]}
        again = await asking.http.get("/graphql", params=_QUERY, headers=known)
        assert again.status_code == 304
        assert again.headers["access-control-allow-origin"] == _HERE


async def test_other_origins_read_nothing_and_caches_are_told(database_url: str) -> None:
    async with serving(database_url, cors_origins=_HERE) as asking:
        for headers in ({"Origin": "https://evil.example.com"}, {"Origin": "null"}, {}):
            found = await asking.http.get("/graphql", params=_QUERY, headers=headers)
            assert "access-control-allow-origin" not in found.headers
            assert "Origin" in found.headers["vary"]
        evil = {"Origin": "https://evil.example.com"} | _PREFLIGHT
        asked = await asking.http.options("/graphql", headers=evil)
        assert asked.status_code == 400
        assert "access-control-allow-origin" not in asked.headers


async def test_a_star_is_every_origin(database_url: str) -> None:
    async with serving(database_url, cors_origins="*") as asking:
        found = await asking.http.post("/graphql", json=_QUERY, headers={"Origin": _HERE})
        assert found.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    "given", ["example.com", "https://example.com/", "https://a.com/path", "https://a.com,,", "a b"]
)
def test_what_is_no_origin_is_told_with_the_variable(given: str) -> None:
    with pytest.raises(InvalidSetting, match=r"HEADWATER_CORS_ORIGINS.*without a path"):
        Settings.from_environment(cors_origins=given)


async def test_what_a_form_or_a_script_sends_without_asking_writes_nothing(
    asking: Asking,
) -> None:
    write = 'mutation { transact(transaction: {retract: ["hw://dataset/x/raw"]}) { redundant } }'
    before = (await asking.ask("{ basis { t } }")).data
    simple = ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain", "")
    for content_type in simple:
        response = await asking.http.post(
            "/graphql",
            content=f'{{"query": "{write}"}}'.replace('["', '[\\"').replace('"]', '\\"]'),
            headers={"Content-Type": content_type} if content_type else {},
        )
        assert response.status_code == 415
    response = await asking.http.get("/graphql", params={"query": write})
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert (await asking.ask("{ basis { t } }")).data == before
