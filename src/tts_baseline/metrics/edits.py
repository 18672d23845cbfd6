"""The least edit that makes one sequence of frames into another: matches, and runs that one of them lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples

EditKind = Literal["match", "missing", "extra"]
_KINDS: tuple[EditKind, ...] = ("match", "missing", "extra")
_BLOCK = 1024  # chosen: rows, 10 s of frames; shorter sounds are one block, and no row is computed twice


class Edit(NamedTuple):
    """A run of one kind: frames [start, stop) of the reference and [other_start, other_stop) of the other."""

    kind: EditKind
    start: int
    stop: int
    other_start: int
    other_stop: int


def edits(
    reference: Samples, other: Samples, *, opening: float, extension: float, band: int
) -> tuple[Edit, ...]:
    """The cheapest edits from `reference` to `other`, shapes (n, k) and (m, k), in order and without a gap.

    A matched pair of frames costs its Euclidean distance, a run of frames that are `missing` or `extra`
    costs `opening + extension · length` (Gotoh 1982, affine gaps). Only frames within `band` of the straight
    line between both starts and both ends are matched.
    """
    columns = _Columns(len(reference), len(other), band)
    costs = _Costs(reference, other, opening, extension, columns)
    return tuple(_runs(_steps(costs, opening, columns)))


class _Columns(NamedTuple):
    """Which columns of each row are looked at: `width` from `first(row)` on."""

    rows: int
    columns: int
    band: int

    @property
    def width(self) -> int:
        slope = self.columns / max(self.rows, 1)
        return min(self.columns, int(2 * (self.band + slope)) + 1) + 1

    def first(self, row: int) -> int:
        middle = row * self.columns // max(self.rows, 1)
        return max(0, min(middle - self.width // 2, self.columns + 1 - self.width))


class _Costs:
    """The least cost of each cell by the kind of its last step, a few hundred rows at a time.

    Of all rows only the last of each block is kept; a block before the last is computed again from the one
    before it, so that memory does not grow with the product of both lengths.
    """

    def __init__(
        self, reference: Samples, other: Samples, opening: float, extension: float, columns: _Columns
    ) -> None:
        self._reference, self._other = reference, other
        self._opening, self._extension, self._columns = opening, extension, columns
        self._before: list[Samples | None] = [None]
        for number in range(columns.rows // _BLOCK + 1):
            self._number, self._block = number, self._computed(number)
            self._before.append(self._block[:, -1].copy())

    def row(self, row: int) -> Samples:
        """The costs of a row, shape (3, width); rows are asked for from the last to the first."""
        number, within = divmod(row, _BLOCK)
        if number != self._number:
            self._number, self._block = number, self._computed(number)
        costs: Samples = self._block[:, within]
        return costs

    def _computed(self, number: int) -> Samples:
        """A block, shape (3, rows, width)."""
        import numpy as np

        columns, opening, width = self._columns, self._opening, self._columns.width
        start = number * _BLOCK
        costs = np.full((3, min(_BLOCK, columns.rows + 1 - start), width), np.inf)
        along = self._extension * np.arange(width)
        before = self._before[number]
        for row in range(start, start + costs.shape[1]):
            first = columns.first(row)
            match, missing, extra = costs[:, row - start]
            if before is not None:
                above = _shifted(before, first - columns.first(row - 1))
                missing[:] = np.min([above[0] + opening, above[1], above[2] + opening], axis=0)
                missing += self._extension
                diagonal = _shifted(before, first - columns.first(row - 1) - 1).min(axis=0)
                heard = self._other[max(first - 1, 0) : first - 1 + width]
                distance = np.sqrt(((heard - self._reference[row - 1]) ** 2).sum(axis=1))
                match[width - distance.size :] = diagonal[width - distance.size :] + distance
            else:
                match[0] = 0.0
            # The best start of a run that ends here, for all columns at once.
            begin = np.minimum(match, missing) + opening - along
            extra[1:] = np.minimum.accumulate(begin)[:-1] + along[1:]
            before = costs[:, row - start]
        return costs


def _shifted(rows: Samples, by: int) -> Samples:
    """The rows moved `by` columns to the left (to the right where it is negative), with inf for the rest."""
    import numpy as np

    moved = np.full_like(rows, np.inf)
    if by > 0:
        moved[:, :-by] = rows[:, by:]
    elif by < 0:
        moved[:, -by:] = rows[:, :by]
    else:
        moved[:] = rows
    return moved


def _steps(costs: _Costs, opening: float, columns: _Columns) -> list[tuple[int, int, int]]:
    """The steps of the cheapest way, from the end to the start: (kind, row, column) that each ends at."""
    row, column = columns.rows, columns.columns
    kind = int(costs.row(row)[:, column - columns.first(row)].argmin())
    steps = []
    while row or column:
        steps.append((kind, row, column))
        row, column = row - (kind != 2), column - (kind != 1)
        before = costs.row(row)[:, column - columns.first(row)].copy()
        if kind:
            before[[other for other in range(3) if other != kind]] += opening
        kind = int(before.argmin())
    return steps


def _runs(steps: list[tuple[int, int, int]]) -> list[Edit]:
    """The steps, in order, joined to runs of one kind."""
    runs: list[Edit] = []
    row = column = 0
    for kind, to_row, to_column in reversed(steps):
        if runs and runs[-1].kind == _KINDS[kind]:
            runs[-1] = runs[-1]._replace(stop=to_row, other_stop=to_column)
        else:
            runs.append(Edit(_KINDS[kind], row, to_row, column, to_column))
        row, column = to_row, to_column
    return runs
