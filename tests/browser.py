"""Find a Chromium for the browser tests, or install Debian's where that is allowed.

Run as ``python tests/browser.py --install``. A machine without one, and where we may
not install one, skips those tests and says so.
"""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find() -> str | None:
    """Give the path of a Chromium on this machine."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def install() -> None:
    """Install Debian's Chromium, where this is Debian and we are root."""
    if find() or os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-y", "-qq", "chromium"]):
        subprocess.run(
            ["apt-get", *command],  # noqa: S607 - where the system has it
            env=environment,
            stdout=subprocess.DEVNULL,
            check=False,
        )


if __name__ == "__main__":
    if "--install" in sys.argv:
        install()
    sys.stdout.write(f"Chromium: {find() or 'none; browser tests will be skipped'}\n")
