"""Mutants of modules: one small change each, by the operators of cosmic-ray, drawn by a seed."""

from __future__ import annotations

import ast
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from difflib import unified_diff
from itertools import islice
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.ast.ast_query import ASTQuery
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names
from msgspec import Struct

# chosen: what two people could mix up; any other pair mostly fails on the types
ARITHMETIC = (
    "Add_Sub",
    "Sub_Add",
    "Mul_Div",
    "Div_Mul",
    "FloorDiv_Div",
    "Mod_FloorDiv",
    "Pow_Mul",
    "BitOr_BitAnd",
    "BitAnd_BitOr",
)
Position = tuple[int, int]


class Mutation(Struct, frozen=True, order=True):
    """A change that an operator can make in a module; `occurrence` counts the places where it applies."""

    module: str
    position: Position
    definition: str
    operator: str
    occurrence: int

    @property
    def line(self) -> int:
        """The number of the line where it begins."""
        return self.position[0]

    def text(self, source: Path) -> str:
        """The module with this change; `source` is the package's folder."""
        text = (source / self.module).read_text(encoding="utf-8")
        mutated = mutate_code(text, get_operator(self.operator)(), self.occurrence)
        if mutated is None:
            raise LookupError(f"{self.operator} applies fewer than {self.occurrence} times in {self.module}")
        return str(mutated)

    def is_python(self, source: Path) -> bool:
        """False where the change is a syntax error: that tests fail then says nothing about them."""
        try:
            compile(self.text(source), self.module, "exec")
        except SyntaxError:
            return False
        return True

    def lines(self, source: Path) -> tuple[str, str]:
        """The lines that change, before and after; '' for lines that come or go."""
        before = (source / self.module).read_text(encoding="utf-8").splitlines()
        changes = list(unified_diff(before, self.text(source).splitlines(), n=0, lineterm=""))[3:]
        sides = ([line[1:].strip() for line in changes if line.startswith(sign)] for sign in "-+")
        removed, added = (" ".join(filter(None, side)) for side in sides)
        return removed, added


def draw(source: Path, rooms: Iterable[str], count: int, seed: int) -> list[Mutation]:
    """So many places of the rooms, each as likely as any other, and for each place one of its mutations."""
    places = defaultdict(list)
    for path in sorted(path for room in rooms for path in (source / room).rglob("*.py")):
        for mutation in mutations(path, source):
            places[mutation.module, mutation.position].append(mutation)
    dice = random.Random(seed)
    order = sorted(places)
    dice.shuffle(order)  # so that a smaller draw is the beginning of a larger one
    choices = (dice.sample(sorted(places[place]), len(places[place])) for place in order)
    valid = (next(filter(lambda mutation: mutation.is_python(source), choice), None) for choice in choices)
    return list(islice(filter(None, valid), count))


def mutations(path: Path, source: Path) -> Iterator[Mutation]:
    """Every change of a module that can change what it does and that no linter would refuse."""
    text = path.read_text(encoding="utf-8")
    idle = list(_idle(ast.parse(text)))
    nodes = list(ast_nodes(get_ast(text)))
    for name in _operators():
        operator = get_operator(name)()
        places = ((node, start) for node in nodes for start, _ in operator.mutation_positions(node))
        for occurrence, (node, position) in enumerate(places):
            if not any(start <= position < end for start, end in idle):
                definition = ASTQuery(node).get_definition_name() or ""
                yield Mutation(path.relative_to(source).as_posix(), position, definition, name, occurrence)


def _operators() -> Sequence[str]:
    """The operators that need no arguments and whose mutants only a test would notice."""
    return [name for name in operator_names() if not get_operator(name).arguments() and _is_fair(name)]


def _is_fair(name: str) -> bool:
    """False for `is` between values (linters refuse it) and most arithmetic (type checkers refuse it)."""
    kind, _, change = name.rpartition("/")[2].partition("_")
    if kind == "ReplaceComparisonOperator":
        return change.startswith("Is") or not change.endswith(("_Is", "_IsNot"))
    return kind != "ReplaceBinaryOperator" or change in ARITHMETIC


def _idle(module: ast.Module) -> Iterator[tuple[Position, Position]]:
    """Where a change does nothing: annotations, imports for type checkers, and keywords of classes."""
    for node in ast.walk(module):
        match node:
            case ast.AnnAssign(annotation=annotation) | ast.arg(annotation=ast.expr() as annotation):
                yield _span(annotation)
            case ast.FunctionDef(returns=ast.expr() as annotation):
                yield _span(annotation)
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                yield _span(node)
            case ast.ClassDef(keywords=keywords):
                yield from map(_span, keywords)


def _span(node: ast.expr | ast.stmt | ast.keyword) -> tuple[Position, Position]:
    return (node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0)
