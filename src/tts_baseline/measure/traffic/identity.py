"""Whether each answer under load is the answer of its own request, and whose it is where it is not."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from tts_baseline.core.traffic import Mixup, MixupKind
from tts_baseline.measure.traffic.answers import Speech
from tts_baseline.measure.traffic.nearness import Nearness
from tts_baseline.measure.traffic.parts import CommonPart, common
from tts_baseline.measure.traffic.prints import Print, alike, begins_as, hash_of, print_of

ALONE = "made alone"
_FORGOTTEN = Speech(np.zeros(0, dtype=np.float32), 1)


class Delivered(Struct, frozen=True, kw_only=True, dict=True):
    """An answer under load: the name of its request, its case, when it was sent and answered, its sound."""

    name: str
    case: str
    sent: float
    ended: float
    sound: Speech

    @cached_property
    def sha256(self) -> str:
        """The hash of its samples."""
        return hash_of(self.sound)

    @cached_property
    def print(self) -> Print:
        """Its fingerprint."""
        return print_of(self.sound)

    def is_beside(self, other: Delivered) -> bool:
        """Whether both were under way at the same moment."""
        return self.sent < other.ended and other.sent < self.ended


class IdentityProof(Struct, frozen=True):
    """How many answers were proven by what, and those that are not the answers of their requests."""

    proven: dict[str, int]
    mixups: tuple[Mixup, ...]


def check(alone: Mapping[str, Sequence[Speech]], heard: Sequence[Delivered]) -> IdentityProof:
    """The proof of each answer, by the takes of each case that were made alone."""
    return Court(alone).check(heard)


class Court:
    """Proves answers, level by level, by the takes of each case that were made alone.

    Where the takes of a case are one sound, its answer has to be that sound. Where they differ, it must not
    be the very sound that another case was answered, must be about as long as they are, and nearer to them
    than to those of any other case, as far as the takes themselves can be told apart.
    """

    def __init__(self, alone: Mapping[str, Sequence[Speech]]) -> None:
        self._sounds = alone
        self._alone = {case: [print_of(sound) for sound in takes] for case, takes in alone.items()}
        self._hashes = {case: {take.sha256 for take in takes} for case, takes in self._alone.items()}
        self._steady = {
            case for case, takes in self._alone.items() if all(alike(takes[0], take) for take in takes[1:])
        }
        self._by_case: dict[str, list[Delivered]] = defaultdict(list)
        self._by_length: dict[int, list[Delivered]] = {}

    def check(self, heard: Sequence[Delivered]) -> IdentityProof:
        """The proof of each of these answers; those of earlier calls are earlier requests."""
        for answer in heard:
            self._by_case[answer.case].append(answer)
        self._by_length = self._strange(heard)
        proven: Counter[str] = Counter()
        mixups = []
        for answer in heard:
            kind = self._proof(answer)
            proven[kind] += bool(kind)
            if not kind:
                mixups.append(self._mixup(answer))
        for case, answers in self._by_case.items():
            self._by_case[case] = [replace(answer, sound=_FORGOTTEN) for answer in answers]
        return IdentityProof(dict(+proven), tuple(mixups))

    @cached_property
    def _nearness(self) -> Nearness:
        return Nearness(self._alone)

    def _strange(self, heard: Sequence[Delivered]) -> dict[int, list[Delivered]]:
        """The answers whose very sound was not made alone, by their number of frames."""
        found: dict[int, list[Delivered]] = defaultdict(list)
        for answer in heard:
            if not self._is_own(answer):
                found[len(answer.print.frames)].append(answer)
        return found

    def _proof(self, answer: Delivered) -> str:
        """What proves the answer: 'sound', 'content', 'length', or '' where it is not its request's."""
        if self._is_own(answer):
            return "sound"
        case, seconds = answer.case, answer.sound.seconds
        if case in self._steady or not self._nearness.fits(case, seconds):
            return ""
        if (twin := self._twin(answer)) and self._nearness.ratio(case, answer.print, twin.case) > 1:
            return ""
        if not self._nearness.is_told(case):
            return "length"
        return "" if self._nearness.nearer(case, answer.print) else "content"

    def _mixup(self, answer: Delivered) -> Mixup:
        """What an answer that is not its request's is instead, and whose."""
        if (twin := self._twin(answer)) is not None:
            return self._whole(answer, twin.case)
        if (case := self._said(answer)) is not None:
            return self._whole(answer, case)
        if (part := self._stitched(answer)) is not None:
            return self._of("stitched", answer, part)
        takes = self._alone[answer.case]
        if any(begins_as(answer.print, take) for take in takes):
            return Mixup(kind="cut off", request=answer.name)
        return Mixup(kind="unknown", request=answer.name)

    def _is_own(self, answer: Delivered) -> bool:
        if answer.sha256 in self._hashes[answer.case]:
            return True
        return any(alike(answer.print, take) for take in self._alone[answer.case])

    def _twin(self, answer: Delivered) -> Delivered | None:
        """Another answer, of another case, that is the very same sound; none where cases are steady."""
        twins = (
            other
            for other in self._by_length.get(len(answer.print.frames), ())
            if other.case != answer.case
            and other.case not in self._steady
            and alike(answer.print, other.print)
        )
        return next(twins, None)

    def _said(self, answer: Delivered) -> str | None:
        """The other case whose sound this is; of those that differ each time, the nearest."""
        for case, takes in self._alone.items():
            if case != answer.case and any(alike(answer.print, take) for take in takes):
                return case
        if len(self._steady) == len(self._alone):
            return None
        restless = [c for c in self._alone if c not in self._steady and c != answer.case]
        fitting = [case for case in restless if self._nearness.fits(case, answer.sound.seconds)]
        ratios = {case: self._nearness.ratio(answer.case, answer.print, case) for case in fitting}
        best = max(ratios, key=ratios.__getitem__, default=None)
        return best if best is not None and ratios[best] > 1 else None

    def _stitched(self, answer: Delivered) -> str | None:
        """The other case that has the longest part of this sound."""
        found: dict[str, CommonPart] = {}
        for case, takes in self._sounds.items():
            if case == answer.case:
                continue
            sources = [*takes, *(h.sound for h in self._by_case[case] if case not in self._steady)]
            parts = filter(None, (common(answer.sound, source) for source in sources))
            if best := max(parts, key=lambda part: part.frames, default=None):
                found[case] = best
        return max(found, key=lambda case: found[case].frames, default=None)

    def _whole(self, answer: Delivered, case: str) -> Mixup:
        """An answer that is another case's, whole: swapped if a request beside it has this one's."""
        beside = [other for other in self._by_case[case] if other.is_beside(answer)]
        exchanged = [other for other in beside if self._says(other, answer.case)]
        if exchanged:
            return Mixup(kind="swapped", request=answer.name, other=exchanged[0].name)
        return self._of("duplicated" if beside else "stale", answer, case)

    def _says(self, answer: Delivered, case: str) -> bool:
        """Whether an answer has the sound of this case, rather than that of its own."""
        if any(alike(answer.print, take) for take in self._alone[case]):
            return True
        if case in self._steady or self._is_own(answer):
            return False
        return self._nearness.ratio(answer.case, answer.print, case) > 1

    def _of(self, kind: MixupKind, answer: Delivered, case: str) -> Mixup:
        """The mix-up with the request of that case that was beside this one, else the last before it."""
        same = self._by_case[case]
        beside = [other for other in same if other.is_beside(answer)]
        before = [other for other in same if other.ended <= answer.sent]
        named = _nearest(beside, answer) or max(before, key=lambda other: other.ended, default=None)
        return Mixup(
            kind=kind, request=answer.name, other=named.name if named else f"the request {ALONE} ({case})"
        )


def _nearest(others: Iterable[Delivered], answer: Delivered) -> Delivered | None:
    return min(others, key=lambda other: abs(other.sent - answer.sent), default=None)
