"""The metric keeps the promises that all metrics keep."""

from tts_baseline.testing import check_metric


def test_brightness() -> None:
    """Raises ContractBroken with what was broken, where, and what to do."""
    check_metric("brightness")
