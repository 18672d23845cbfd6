"""The pipeline keeps the promises that all pipelines keep."""

from tts_baseline.testing import check_pipeline


def test_notes() -> None:
    """Raises ContractBroken with what was broken, where, and what to do."""
    check_pipeline("notes:Notes", {"pitch": 110.0})
