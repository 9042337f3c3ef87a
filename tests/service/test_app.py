"""The application opens what its settings name, and closes it again."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from service.app import create_app
from service.settings import Settings


@pytest.fixture
def data_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="headwater-app-"))
    folder.chmod(0o711)  # Where root runs the tests, the server's user must come through.
    try:
        yield folder / "data"
        assert not list(folder.rglob("postmaster.pid"))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def test_without_a_url_the_embedded_server_is_used_and_stopped(data_folder: Path) -> None:
    app = create_app(Settings(data_dir=data_folder))
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://headwater") as http,
    ):
        assert (await http.get("/readyz")).json()["ready"] is True
        body = (await http.post("/graphql", json={"query": "{ basis { t } }"})).json()
        assert body["data"] == {"basis": {"t": "0"}}
