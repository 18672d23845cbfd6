"""The model card of what a run exports: how it was made, and what it may be used for."""

from __future__ import annotations

import json
from collections.abc import Mapping

from tts_baseline.core.outside import markdown
from tts_baseline.training.checkpoints import State

CARD = "README.md"


def card(title: str, state: State, licence: str, more: Mapping[str, str]) -> str:
    """The card of a run, Markdown; `more` are rows of its own."""
    parameters = sum(weight.numel() for weight in state.average.values())
    rows = {
        **more,
        "parameters": f"{parameters / 10**6:.1f} M, float16",
        "trained": f"{state.update} updates, {state.learned / 10**6:.2f} M frames",
        "data": f"clips.jsonl {state.origin['data']}",
        "licence": licence,
    }
    made = "".join(f"| {name} | {markdown(value)} |\n" for name, value in rows.items())
    recipe = json.dumps(state.origin["recipe"], indent=1)
    return f"# {title}\n\n| | |\n| --- | --- |\n{made}\nIts recipe:\n\n```json\n{recipe}\n```\n"
