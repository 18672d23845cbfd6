"""How busy a machine is with other things than what is measured."""

from __future__ import annotations

from msgspec import Struct

from tts_baseline.core.bounds import NotNegative, Part


class Load(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How busy the machine was with other things for a while; None is what the system does not tell.

    others:       share of the CPU time of the cores at hand that other processes used.
    stolen:       share of the CPU time asked for that the host gave to other guests.
    waiting:      share of the time in which some process, ours included, waited for a CPU.
    frequency:    of the cores at the end, as a share of their highest.
    load_average: of the minute before the end: processes that ran or waited.
    """

    others: Part | None = None
    stolen: Part | None = None
    waiting: Part | None = None
    frequency: Part | None = None
    load_average: NotNegative | None = None
