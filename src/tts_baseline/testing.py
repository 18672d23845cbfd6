"""Contract tests for what is made with `tts_baseline.extend`: each returns, or raises ContractBroken.

from tts_baseline.testing import check_metric, check_pipeline, check_switch

def test_my_metric(): check_metric("my_package.loudness")
def test_my_pipeline(): check_pipeline("my_package.speech:synthesize")
def test_my_switch(): check_switch(SWITCH, build, [Request(text="Hola.")])
"""

from tts_baseline.contracts.metrics import check_metric
from tts_baseline.contracts.pipelines import check_pipeline
from tts_baseline.contracts.switches import check_switch
from tts_baseline.core.errors import ContractBroken

__all__ = ["ContractBroken", "check_metric", "check_pipeline", "check_switch"]
