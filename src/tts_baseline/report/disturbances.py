"""Sentences about what disturbed the judge's measurement."""

from __future__ import annotations

from msgspec import Struct

from tts_baseline.gate.judge.disturbances import Disturbance, Kind, Stolen, Throttled
from tts_baseline.stats.diagnostics import Correlation, Drift, Effect, Spread


class Wording(Struct, frozen=True):
    """A disturbance in words."""

    name: str
    seen: str
    advice: str


def sentence(disturbance: Disturbance) -> Wording:
    """The disturbance in words; its advice is for those that are of account."""
    name, advice = _WORDS[disturbance.kind]
    return Wording(name, _seen(disturbance), advice)


def _seen(disturbance: Disturbance) -> str:
    match disturbance.seen:
        case Spread(p=p, between=between, within=within):
            return f"{between:.1%}, within {within:.1%} (sd; p {p:.2g})"
        case Drift(change=change, low=low, high=high):
            return f"{change:+.1%} [{low * 100:+.1f}, {high * 100:+.1f}] over the session"
        case Effect(change=change, p=p):
            return f"{change:+.1%} (p {p:.2g})"
        case Correlation(value=value, low=low, high=high):
            return f"{value:+.2f} (by chance {low:+.2f} to {high:+.2f})"
        case Stolen(share=share, again=again):
            return f"up to {share:.0%} in a restart" + (f"; {again} measured again" if again else "")
        case Throttled(quads=quads):
            return f"{quads} left out"


_WORDS: dict[Kind, tuple[str, str]] = {
    "modes": (
        "between processes",
        (
            "a process is fast or slow as a whole (memory layout, algorithm choice): more restarts tell it "
            "from a change, more calls do not; fix what is chosen at start (cudnn.benchmark, threads)"
        ),
    ),
    "drift": (
        "drift",
        "the machine warmed up or cooled down: the quads took it out; let it settle first",
    ),
    "first call": (
        "first call of a quad",
        "the first call of a case pays for the change of text: caches; the mirror order shares it out",
    ),
    "neighbours": (
        "lag-1 autocorrelation",
        "neighbouring calls resemble each other: fewer quads and more restarts tell as much",
    ),
    "stolen": (
        "CPU time stolen",
        "other machines on this host take its cores: use a runner with cores of its own",
    ),
    "throttled": (
        "throttled quads",
        "the GPU was too hot or at its power limit: cool it, or lock its clocks (nvidia-smi -lgc)",
    ),
}
