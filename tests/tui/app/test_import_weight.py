import subprocess
import sys


def test_the_first_frame_needs_neither_numpy_nor_pydantic():
    """They take as long to import as Textual: they come on a thread once the first frame stands."""
    code = (
        "import sys, nntui.tui.app; "
        "print([name for name in ('numpy', 'pydantic', 'tomlkit', 'safetensors') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
