"""Words last as long as their letters, where `v1_average` spreads their letters to."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tts_baseline.cli import main
from tts_baseline.pipelines.f5_spanish.network.embeddings import _spread
from tts_baseline.pipelines.f5_spanish.text.vocabulary import Vocabulary
from tts_baseline.training import dataset, even
from tts_baseline.training.dataset import Clip

VOCABULARY = Vocabulary.default()
SPACE = VOCABULARY.encode([" "])[0]
# "de la" is spoken as one word; the second "s" is a long pause.
TEXT = "luz de la sala."
PHONES = (
    ("", 7), ("l", 5), ("u", 9), ("s", 6), (" ", 2), ("d", 4), ("e", 5), ("l", 4), ("a", 3), (" ", 3),
    ("s", 8), ("a", 10), ("l", 6), ("a", 30), ("", 4),
)  # fmt: skip


def clip_of(text: str = TEXT, phones: tuple[tuple[str, int], ...] = PHONES, **more: object) -> Clip:
    frames = sum(length for _, length in phones)
    tokens = tuple(VOCABULARY.encode(list(text)))
    return Clip(id="a", text=text, tokens=tokens, start=0, frames=frames, phones=phones, **more)  # type: ignore[arg-type]


def ramp(clip: Clip) -> np.ndarray:
    """A mel that tells where in the clip each frame was."""
    return np.repeat(np.arange(clip.frames, dtype=np.float32)[:, None], 100, axis=1)


@given(tokens=st.integers(1, 80), more=st.integers(0, 400))
def test_tokens_are_spread_as_the_network_spreads_them(tokens: int, more: int) -> None:
    frames = tokens + more
    spread = torch.arange(1.0, tokens + 1)
    x = torch.cat([spread, torch.zeros(more)])[None, :, None]
    filler = x == 0
    owners = _spread(x, filler, None)[0, :, 0].numpy() - 1
    begins = even.spread(tokens, frames)
    assert begins[-1] == frames
    assert np.array_equal(owners, np.repeat(np.arange(tokens), np.diff(begins)))


@pytest.mark.parametrize("frames", [6 * len(TEXT), 97, 61])
def test_each_word_is_where_its_letters_are(frames: int) -> None:
    clip = clip_of()
    timed = even.retimed(clip, ramp(clip), frames, SPACE)
    assert timed is not None
    made, mel = timed
    begins = even.spread(len(TEXT), frames)
    ends = np.cumsum([length for _, length in made.phones])
    assert made.frames == frames == len(mel) == ends[-1]
    assert [symbol for symbol, _ in made.phones] == [symbol for symbol, _ in PHONES]
    # The first word has four phones and a space, and four letters; then two words of six letters.
    assert ends[4] == begins[len("luz ")]
    assert ends[9] == begins[len("luz de la ")]
    # What was said there is heard there, and nothing twice.
    assert np.all(np.diff(mel[:, 0]) >= 0)
    was = np.cumsum([length for _, length in PHONES])
    assert mel[ends[4], 0] == pytest.approx(was[4], abs=2)
    assert mel[ends[9], 0] == pytest.approx(was[9], abs=2)


def test_a_pause_in_a_word_gives_way_and_a_long_vowel_stays_longer() -> None:
    clip = clip_of()
    timed = even.retimed(clip, ramp(clip), 6 * len(TEXT), SPACE)
    assert timed is not None
    lengths = [length for _, length in timed[0].phones]
    assert lengths[13] < 12
    assert lengths[11] > lengths[12]


@pytest.mark.parametrize(
    ("text", "phones"),
    [
        (TEXT, ()),
        ("a", PHONES),
        ("luz de la sala de la casa de la plaza.", PHONES),
    ],
)
def test_phones_of_other_words_are_refused(text: str, phones: tuple[tuple[str, int], ...]) -> None:
    clip = (
        clip_of(text, phones)
        if phones
        else clip_of().__class__(id="a", text=text, tokens=clip_of().tokens, start=0, frames=9)
    )
    assert even.retimed(clip, ramp(clip), 6 * len(clip.tokens), SPACE) is None


def folder_of(path: Path, clips: list[Clip]) -> Path:
    dataset.write(path, [(clip, ramp(clip)) for clip in clips], VOCABULARY)
    return path


def test_a_dataset_has_each_clip_twice_pairs_and_silence(tmp_path: Path) -> None:
    clips = [clip_of(sentences=(("statement", len(TEXT)),)) for _ in range(10)]
    clips += [clip_of(part="held_out")]
    assert even.even(folder_of(tmp_path / "data", clips), tmp_path / "even") == 0
    made = dataset.read(tmp_path / "even")
    kinds = [clip.id.split("-")[1] if "-" in clip.id else "" for clip in made.clips]
    assert {kind: kinds.count(kind) for kind in kinds} == {"": 10, "own": 10, "pair": 7, "tail": 2}
    for clip, kind in zip(made.clips, kinds, strict=True):
        if kind == "pair":
            assert clip.text == f"{TEXT} {TEXT}"
            assert clip.frames == 6 * len(clip.tokens) == 6 * len(clip.text)
            assert clip.sentences == (("statement", len(TEXT) + 1), ("statement", len(TEXT)))
        elif kind == "tail":
            assert 20 <= clip.frames - 6 * len(clip.tokens) <= 90
    # Read back whole: lengths of phones and of sentences fit (`dataset.read` refuses them otherwise).
    assert [clip.frames for clip in dataset.read(tmp_path / "even", "held_out").clips] == [6 * len(TEXT)]


def test_clips_whose_phones_do_not_fit_are_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = folder_of(tmp_path / "data", [clip_of(), clip_of("a")])
    assert main(["train", "even", str(data), "--out", str(tmp_path / "even")]) == 0
    assert "left out   1 clips" in capsys.readouterr().out


def test_without_phones_there_is_nothing_to_go_by(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = folder_of(tmp_path / "data", [clip_of("a")])
    assert main(["train", "even", str(data), "--out", str(tmp_path / "even")]) == 2
    shown = capsys.readouterr().err
    assert "no clip of this dataset has phones that fit its words" in shown
    assert not (tmp_path / "even").exists()
