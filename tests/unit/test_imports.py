import subprocess
import sys

OPTIONAL = (
    "pydicom",
    "PIL",
    "tensorflow",
    "keras",
    "onnx",
    "tf2onnx",
    "matplotlib",
    "rich",
    "starlette",
    "uvicorn",
    "websockets",
)


def test_starting_the_daemon_imports_no_optional_library() -> None:
    code = (
        "import sys; from edge.__main__ import main; "
        "import edge.commands.run; "
        f"print([name for name in {OPTIONAL!r} if name in sys.modules])"
    )

    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert result.stdout.strip() == "[]"
