"""A real small file system, where the tests may mount one."""

import subprocess
from contextlib import contextmanager


@contextmanager
def tmpfs(path, size):
    """Mounts a file system of `size` bytes at `path`, which is made; yields whether that was permitted."""
    path.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(path)]
    mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(path)], check=True)
