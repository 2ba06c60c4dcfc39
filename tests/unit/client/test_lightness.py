"""The library needs pyzmq, msgpack and numpy, and loads quickly."""

import subprocess
import sys

ALLOWED = {"zmq", "msgpack", "numpy", "edge"}

CODE = f"""
import sys, sysconfig
class Gate:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in {ALLOWED!r} | sys.stdlib_module_names:
            raise ModuleNotFoundError(f"{{name}} is not there", name=name)
sys.meta_path.insert(0, Gate())
try:
    import msgspec
except ModuleNotFoundError:
    print("gated")
import edge.client
print(sorted({{name.partition(".")[0] for name in sys.modules}} & {{"numpy", "asyncio", "cv2"}}))
"""


def test_it_needs_three_libraries_and_loads_the_heavy_ones_only_when_used() -> None:
    result = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, check=True
    )

    assert result.stdout.split("\n")[:2] == ["gated", "[]"]
