"""Named optimizations, one a file: `SPEC`, `apply(parts) -> parts` and `proof(parts)`; they import no torch.

A switch leaves the parts that it is given as they are. It may use the reference parts, never another switch.
"""
