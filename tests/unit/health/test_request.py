import pytest

from edge.health.address import Place, parse_bind
from edge.health.pages import Page
from edge.health.request import reply

PAGES = {"/metrics": lambda: Page(200, "text/plain", b"body\n")}


def first(head: bytes) -> str:
    return reply(head, PAGES).partition(b"\r\n")[0].decode()


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1:9108", 200),
        (b"GET /metrics HTTP/1.0", 200),
        (b"GET /metrics?a=b HTTP/1.1", 200),
        (b"GET /metrics HTTP/1.1\r\nhost:localhost", 200),
        (b"GET /metrics HTTP/1.1\r\nHOST: [::1]:9108", 200),
        (b"GET /metrics HTTP/1.1\r\nHost: rebound.example", 403),
        (b"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1.evil.example:80", 403),
        (b"GET /else HTTP/1.1", 404),
        (b"POST /metrics HTTP/1.1", 405),
        (b"GET metrics HTTP/1.1", 400),
        (b"GET /metrics HTTP/2.0", 400),
        (b"GET /\xff HTTP/1.1", 400),
        (b"GET /" + b"a" * 2000 + b" HTTP/1.1", 400),
        (b"", 400),
        (b"\x00" * 100, 400),
    ],
)
def test_each_request_gets_its_status(head: bytes, status: int) -> None:
    assert first(head).startswith(f"HTTP/1.1 {status} ")


def test_head_gives_the_length_and_no_body() -> None:
    answer = reply(b"HEAD /metrics HTTP/1.1", PAGES)

    assert b"Content-Length: 5\r\n" in answer
    assert answer.endswith(b"\r\n\r\n")


def test_an_answer_repeats_nothing_of_the_request() -> None:
    assert b"secret" not in reply(b"GET /secret HTTP/1.1\r\nHost: secret", PAGES)
    assert b"secret" not in reply(b"GET /secret HTTP/1.1", PAGES)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", None),
        ("127.0.0.1:9108", Place("127.0.0.1", 9108)),
        ("127.9.9.9:1", Place("127.9.9.9", 1)),
        ("localhost:0", Place("localhost", 0)),
        ("[::1]:9108", Place("::1", 9108)),
    ],
)
def test_a_place_on_this_host_is_taken(text: str, place: Place | None) -> None:
    assert parse_bind(text) == place


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("0.0.0.0:9108", "not on the loopback interface; it has no keys"),
        ("10.0.0.7:9108", "loopback"),
        ("[::]:9108", "loopback"),
        (":9108", "not HOST:PORT"),
        ("127.0.0.1", "not HOST:PORT"),
        ("127.0.0.1:x", "not HOST:PORT"),
        ("127.0.0.1:65536", "not HOST:PORT"),
    ],
)
def test_any_other_is_refused_in_words(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse_bind(text)
