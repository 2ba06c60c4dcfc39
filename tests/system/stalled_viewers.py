"""Viewers that connect and never read; prints a line once they have.

python -m tests.system.stalled_viewers FOLDER ADDRESS NUMBER
"""

import sys
import time
from pathlib import Path

import zmq

from edge.sockets.certificate import read_public
from edge.sockets.keyring import Keyring
from edge.sockets.keys import secure_client


def main(folder: str, address: str, number: str) -> None:
    own = Keyring(Path(folder)).own()
    server_key = read_public(Path(folder) / "enrolled" / "daemon.key")
    sockets = []
    for _ in range(int(number)):
        socket = zmq.Context.instance().socket(zmq.SUB)
        socket.rcvhwm = 1
        socket.rcvbuf = 4096
        secure_client(socket, own, server_key)
        socket.subscribe("")
        socket.connect(address)
        sockets.append(socket)
    for socket in sockets:
        socket.poll()  # a first message waits: this one is connected
    sys.stdout.write("connected\n")
    sys.stdout.flush()
    time.sleep(600)


if __name__ == "__main__":
    main(*sys.argv[1:])
