"""Small files that the pipeline keeps or finds beside a voice: damaged, they are named, or made again."""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import SimpleNamespace

import pytest

from tts_baseline.core.errors import PipelineError
from tts_baseline.pipelines.f5_spanish.fingerprints import fingerprint

DAMAGED = [b"", b"\xff", b"{", b"[" * 100_000, b'{"text": "\xff", "model": "m"}', b" " * (2**24 + 1)]


@pytest.mark.parametrize("data", DAMAGED, ids=range(len(DAMAGED)))
def test_a_damaged_memory_of_hashes_is_made_again(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "weights").write_bytes(b"w")
    (tmp_path / "fingerprints.json").write_bytes(data)
    expected = hashlib.sha256(b"w").hexdigest()[:16]
    assert fingerprint(tmp_path / "weights", cache=tmp_path) == expected
    assert expected in (tmp_path / "fingerprints.json").read_text()


@pytest.mark.parametrize("data", DAMAGED, ids=range(len(DAMAGED)))
def test_a_damaged_transcript_is_named(tmp_path: Path, data: bytes) -> None:
    pytest.importorskip("torch")
    from tts_baseline.pipelines.f5_spanish.voice.transcripts import transcript

    clip = SimpleNamespace(sha256="0" * 64)
    path = tmp_path / f"{'0' * 16}-{hashlib.sha256(b'm').hexdigest()[:16]}.json"
    path.write_bytes(data)
    with pytest.raises(PipelineError, match="the kept transcript cannot be read") as caught:
        transcript(clip, model="m", device="cpu", cache=tmp_path)
    assert (caught.value.where, caught.value.hint) == (str(path), f"rm {path}")
