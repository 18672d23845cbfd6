"""The cross-response matrix: what each gated metric makes of each degradation at its middle strength."""

from __future__ import annotations

import io
from typing import Any

from tts_baseline.core.errors import MissingExtra

_MOST = 3.0  # limits; more are as dark


def draw(results: dict[str, Any]) -> bytes:
    """An SVG of degradations by metrics with the loss in limits; the same bytes for the same results.

    What is meant to respond has a frame; where nothing could be measured, the field is empty.
    """
    try:
        import matplotlib as mpl
        from matplotlib.figure import Figure
        from matplotlib.patches import Rectangle
    except ImportError as error:
        raise MissingExtra("matplotlib is not installed", extra="suite") from error
    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "metrics_matrix", "font.size": 8})
    faults = list(results["responses"])
    responses = results["responses"]
    names = [name for name in responses[faults[0]] if any(responses[f][name] is not None for f in faults)]
    figure = Figure(figsize=(10.5, 4.6), layout="constrained")
    panel = figure.subplots()
    shade = mpl.colormaps["Blues"]
    for row, fault in enumerate(faults):
        for column, metric in enumerate(names):
            value = responses[fault][metric]
            share = 0.0 if value is None else min(max(value, 0.0), _MOST) / _MOST
            is_meant = metric in results["intended"][fault]
            panel.add_patch(
                Rectangle(
                    (column, row), 1, 1, facecolor=shade(0.85 * share),
                    edgecolor="black" if is_meant else "white",
                    linewidth=1.6 if is_meant else 0.5, zorder=2 if is_meant else 1,
                )
            )  # fmt: skip
            if value is not None and value >= 0.1:
                text = f"{value:.1f}" if value < 9.95 else f"{value:.0f}" if value < 1000 else ">999"
                panel.text(
                    column + 0.5, row + 0.5, text, ha="center", va="center", fontsize=6.5, zorder=3,
                    color="white" if share > 0.6 else "black",
                )  # fmt: skip
    panel.set_xlim(0, len(names))
    panel.set_ylim(len(faults), 0)
    panel.set_xticks([n + 0.5 for n in range(len(names))], names, rotation=60, ha="right")
    labels = [f"{fault}, {results['strengths'][fault][2]}" for fault in faults]
    panel.set_yticks([n + 0.5 for n in range(len(faults))], labels)
    panel.tick_params(length=0)
    panel.set_title("Loss in limits of the metric, median of six clips; framed: meant to respond", fontsize=8)
    for spine in panel.spines.values():
        spine.set_visible(False)
    file = io.BytesIO()
    figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    return file.getvalue()
