"""What both arms say: their sound, scored restart by restart by the base's, and what they read out."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from types import MappingProxyType

from msgspec.structs import replace

from tts_baseline.core.ears import NO_EARS, Ears
from tts_baseline.core.judgement import PairedSound, PairedText
from tts_baseline.core.protocols import Evidence, Metric
from tts_baseline.core.records import Case, Reading, Utterance
from tts_baseline.core.script import SpeechScript
from tts_baseline.measure.pair import Rendition, Side
from tts_baseline.session.measurement.score import read, readable
from tts_baseline.session.scripts import scripts

NO_GOLDENS: Mapping[str, Utterance] = MappingProxyType({})
Scores = tuple[Reading, Reading]  # of the base's utterance, and of the head's


class Listening:
    """Listens to both arms: give it to `pair.measure` as `hear`.

    Utterances are kept until they are scored. Both arms are scored against the golden of a case, where there
    is one.
    """

    def __init__(self, goldens: Mapping[str, Utterance] = NO_GOLDENS, ears: Ears = NO_EARS) -> None:
        self._goldens = goldens
        self._listens_with = ears
        self._halves: dict[str, dict[Side, Rendition]] = {}
        self._pairs: dict[str, list[tuple[Rendition, Rendition]]] = defaultdict(list)
        self._ears: dict[str, _Ear] = {}
        self._told: dict[str, dict[Side, dict[str, None]]] = {}

    def __call__(self, side: Side, case: str, heard: Rendition) -> None:
        """Keep what an arm has said until the other one has said it."""
        if heard.utterance.text is not None:
            self._told.setdefault(case, {}).setdefault(side, {})[heard.utterance.text] = None
        halves = self._halves.setdefault(case, {})
        halves[side] = heard
        if len(halves) > 1:
            del self._halves[case]
            self._pairs[case].append((halves["base"], halves["head"]))

    def sound(self, cases: Sequence[Case]) -> PairedSound:
        """The quality readings of these cases, as far as both arms have said them."""
        known = scripts([case for case in cases if case.id not in self._ears])
        for case in cases:
            ear = self._ears.get(case.id) or _Ear(
                case, self._goldens.get(case.id), known.get(case.id), self._listens_with
            )
            self._ears[case.id] = ear
            for base, head in self._pairs.pop(case.id, ()):
                ear.hear(base, head)
        ears = [ear for case in cases if (ear := self._ears[case.id]).scores]
        scores = [_pooled(pairs) for ear in ears for pairs in ear.scores.values()]
        return PairedSound(
            base=tuple(base for base, _ in scores),
            head=tuple(head for _, head in scores),
            identical=tuple(ear.case.id for ear in ears if ear.is_identical),
            cases=tuple(ear.case.id for ear in ears),
        )

    def texts(self, cases: Sequence[Case]) -> dict[str, PairedText]:
        """What was read out of these cases, where an arm tells."""
        return {
            case.id: PairedText(base=tuple(told.get("base", ())), head=tuple(told.get("head", ())))
            for case in cases
            if (told := self._told.get(case.id))
        }

    @property
    def varies(self) -> bool:
        """True where some case sounded different from restart to restart."""
        return any(ear.heard > 1 for ear in self._ears.values())


class _Ear:
    """One case, and its scores by metric.

    The golden of a pair is the one given, else its base's utterance. Of a pipeline that says the same request
    differently each time it is the base's first, or the base alone would be like its golden.
    """

    def __init__(self, case: Case, golden: Utterance | None, script: SpeechScript | None, ears: Ears) -> None:
        self.case = case
        self._script = script
        self._listens_with = ears
        self.scores: dict[str, list[Scores]] = defaultdict(list)
        self.is_identical = True
        self._known: set[tuple[bytes, bytes]] = set()
        self._golden = golden

    @property
    def heard(self) -> int:
        """The number of pairs that were scored."""
        return len(self._known)

    def hear(self, base: Rendition, head: Rendition) -> None:
        """Score a pair, unless exactly that was heard before: it would say nothing of chance."""
        key = (_digest(base.utterance), _digest(head.utterance))
        if key in self._known:
            return
        is_first = not self._known
        self._known.add(key)
        is_same = key[0] == key[1]
        self.is_identical = self.is_identical and is_same
        is_own = is_first and not self._golden and not (base.repeats_itself and head.repeats_itself)
        if is_own:
            self._golden = base.utterance
        golden = self._golden or base.utterance
        theirs = Evidence(
            case=self.case,
            utterances=(base.utterance,),
            golden=golden,
            script=self._script,
            ears=self._listens_with,
        )
        ours = replace(theirs, utterances=(head.utterance,))  # shares the golden's features
        for metric in _metrics(self._listens_with, with_golden=not is_own):
            before = read(metric, theirs)
            self.scores[metric.spec.name].append((before, before if is_same else read(metric, ours)))


def _metrics(ears: Ears, *, with_golden: bool) -> Iterator[Metric]:
    for metric in readable(ears):
        if metric.spec.family == "quality" and (with_golden or not metric.spec.golden):
            yield metric


def _pooled(scores: Sequence[Scores]) -> Scores:
    """The medians over the pairs in which both arms have a value; without most of them, one that lacks it."""
    both = [pair for pair in scores if None not in (pair[0].value, pair[1].value)]
    if 2 * len(both) <= len(scores):
        return next(pair for pair in scores if pair not in both)
    base, head = (_over(readings) for readings in zip(*both, strict=True))
    return base, head


def _over(readings: Sequence[Reading]) -> Reading:
    values = tuple(reading.value for reading in readings if reading.value is not None)
    notes = dict.fromkeys(reading.note for reading in readings if reading.note)
    return replace(readings[0], value=float(median(values)), values=values, note="; ".join(notes))


def _digest(utterance: Utterance) -> bytes:
    return hashlib.sha256(utterance.samples.tobytes() + str(utterance.sample_rate).encode()).digest()
