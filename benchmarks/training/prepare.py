"""How many bad recordings `train prepare` leaves out by name, and how many good ones it loses.

    python benchmarks/training/prepare.py [--write]

200 sentences spoken by espeak with room tone, and nine of them spoilt in each of the ways of
`tests/support/spoilt.py`.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from tests.support import spoilt  # noqa: E402
from tts_baseline.core import environment, git  # noqa: E402
from tts_baseline.pipelines.f5_spanish.text.vocabulary import Vocabulary  # noqa: E402
from tts_baseline.training import prepare  # noqa: E402
from tts_baseline.training.recordings import Recorded  # noqa: E402

GOOD, SPOILT_EACH = 200, 9


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--write", action="store_true", help="write prepare.json beside this file")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        spoken = spoilt.good(GOOD, folder)
        found = [
            Recorded(audio=str(spoilt.write(folder / f"good-{n}.wav", s.samples, s.rate)), text=s.text)
            for n, s in enumerate(spoken)
        ]
        expected: dict[str, str] = {}
        for kind, (defect, spoil) in spoilt.SPOILT.items():
            for number, one in enumerate(spoken[:: GOOD // SPOILT_EACH][:SPOILT_EACH]):
                samples, rate, text = spoil(one)
                # Otherwise what differs in its text alone would be there twice, and digital silence, too.
                samples = samples[: max(0, len(samples) - len(expected))] * 0.99
                path = spoilt.write(folder / f"{kind} {number}.wav", samples, rate)
                expected[str(path)] = defect
                found.append(Recorded(audio=str(path), text=text))
        report = prepare.prepare(found, folder / "data", vocabulary=Vocabulary.default())
    left_out = {left.audio: left.defect for left in report.left_out}
    named = sum(left_out.get(path) == defect for path, defect in expected.items())
    results = {
        "command": "python benchmarks/training/prepare.py --write",
        "commit": git.commit(ROOT)[0],
        "processor": environment.read("cpu").key,
        "good": GOOD,
        "good left out": {
            Path(path).name: defect for path, defect in left_out.items() if path not in expected
        },
        "kinds": len(spoilt.SPOILT),
        "bad": len(expected),
        "bad left out": sum(path in left_out for path in expected),
        "bad left out by name": named,
        "otherwise": {
            f"{Path(path).name}": [defect, left_out.get(path, "")]
            for path, defect in expected.items()
            if left_out.get(path) != defect
        },
    }
    page = json.dumps(results, indent=1, ensure_ascii=False)
    print(page)
    if asked.write:
        (HERE / "prepare.json").write_text(page + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
