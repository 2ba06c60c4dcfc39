import pytest

from edge.sockets.addresses import AddressError, check_address


@pytest.mark.parametrize(
    "address",
    ["tcp://127.0.0.1:5555", "tcp://127.9.9.9:*", "tcp://localhost:1", "tcp://[::1]:5", "ipc:///s"],
)
def test_this_host_needs_no_keys(address: str) -> None:
    assert check_address(address) == address


@pytest.mark.parametrize("address", ["tcp://10.0.0.7:5555", "tcp://*:5", "tcp://host.example:5"])
def test_any_other_host_needs_keys(address: str) -> None:
    assert check_address(address, secured=True) == address
    with pytest.raises(AddressError, match="loopback"):
        check_address(address)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:0", "tcp://127.0.0.1:99999"])
def test_a_port_that_cannot_be_is_refused(address: str) -> None:
    with pytest.raises(AddressError, match="port"):
        check_address(address)


def test_one_connects_to_a_port_that_is_known() -> None:
    with pytest.raises(AddressError, match="port"):
        check_address("tcp://127.0.0.1:*", connect=True)


@pytest.mark.parametrize(
    "address",
    [
        "ipc:///" + 120 * "p",
        "tcp://[::1",
        "",
        "5555",
        "127.0.0.1:5555",
        "udp://127.0.0.1:5",
        "ipc://",
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(AddressError, match="not tcp://HOST:PORT or ipc://PATH"):
        check_address(address)
