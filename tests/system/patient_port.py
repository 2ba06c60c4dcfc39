"""A guarded port that waits for a handshake as long as it is told; prints its address and speaks.

python -m tests.system.patient_port FOLDER HANDSHAKE_MS
"""

import sys
import time
from pathlib import Path

import zmq

from edge.sockets.authenticator import Authenticator
from edge.sockets.enrolment import Enrolment
from edge.sockets.port import Port
from edge.sockets.settings import BUS


def main(folder: str, handshake_ms: str) -> None:
    settings = {**BUS, zmq.HANDSHAKE_IVL: int(handshake_ms)}
    with Authenticator(Enrolment(Path(folder))) as door:
        port = Port(settings, "tcp://127.0.0.1:*", door)
        sys.stdout.write(port.endpoint + "\n")
        sys.stdout.flush()
        while True:
            port.look()
            port.socket.send(b"here")
            time.sleep(0.01)


if __name__ == "__main__":
    main(*sys.argv[1:])
