# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
import random

import pytest
from ansible_collections.registryops.acr.plugins.module_utils._oci.graph import (
    Edges,
    Graph,
    independent_chains,
    topological_layers,
    topological_order,
)


def layers(nodes, before):
    return " ".join("".join(layer) for layer in topological_layers(nodes, lambda node: before.get(node, "")))


@pytest.mark.parametrize(
    ("nodes", "before", "expected"),
    [
        ("", {}, ""),
        ("a", {}, "a"),
        # Without edges, the given order stays.
        ("dbca", {}, "dbca"),
        ("abcd", {"a": "b", "b": "c", "c": "d"}, "d c b a"),
        ("abcd", {"a": "bc", "b": "d", "c": "d"}, "d bc a"),
        # A node waits for all nodes before it, not only for the first.
        ("abc", {"a": "bc", "b": "c"}, "c b a"),
        # Nodes that are not given do not count, nor does an edge that is given twice, nor a node itself.
        ("ab", {"a": "xb"}, "b a"),
        ("ab", {"a": "bbb"}, "b a"),
        ("ab", {"a": "ab"}, "b a"),
        ("aba", {"a": "b"}, "b a"),
    ],
)
def test_layers(nodes, before, expected):
    assert layers(nodes, before) == expected


@pytest.mark.parametrize(
    ("nodes", "before", "expected"),
    [
        ("ab", {"a": "b", "b": "a"}, "ab"),
        # c and d are free of the cycle of a and b; e and f are behind it.
        ("fabcde", {"a": "b", "b": "a", "d": "c", "e": "a", "f": "e"}, "c d fabe"),
        # Two cycles, and a node between them.
        ("abcdeg", {"a": "b", "b": "a", "c": "b", "d": "ec", "e": "d"}, "g abcde"),
        ("abc", {"a": "b", "b": "c", "c": "a"}, "abc"),
    ],
)
def test_what_lies_on_or_behind_a_cycle_comes_last_in_the_given_order(nodes, before, expected):
    assert layers(nodes, before) == expected


def test_order_of_random_graphs():
    """Against the definition: of two nodes with an edge, the one that must come before is earlier; equal input gives equal output."""
    dice = random.Random(7)
    for dummy in range(200):
        nodes = list(range(dice.randint(1, 40)))
        before = {node: [dice.randrange(node) for dummy in range(dice.randint(0, 3))] if node else [] for node in nodes}
        dice.shuffle(nodes)
        ordered = topological_order(nodes, before.__getitem__)
        assert sorted(ordered) == sorted(nodes)
        place = {node: index for index, node in enumerate(ordered)}
        assert all(place[other] < place[node] for node in nodes for other in before[node])
        assert ordered == topological_order(nodes, before.__getitem__)


class Counted:
    """A node that counts how often any node is looked up."""

    lookups = 0

    def __init__(self, number):
        self.number = number

    def __hash__(self):
        Counted.lookups += 1
        return self.number


def lookups(count):
    nodes = [Counted(number) for number in range(count)]
    following = dict(itertools.pairwise(nodes))
    Counted.lookups = 0
    assert len(topological_layers(nodes, lambda node: [following[node]] if node in following else [])) == count
    return Counted.lookups


def test_the_work_grows_with_the_number_of_manifests_not_with_its_square():
    """Both sizes are chains, the worst case: a chain has as many layers as manifests."""
    assert lookups(4000) <= 2.1 * lookups(2000)


def test_a_chain_of_100_000():
    count = 100_000
    asked = []

    def before(node):
        asked.append(node)
        return [node + 1]

    assert topological_order(range(count), before) == list(reversed(range(count)))
    assert asked == list(range(count))


def test_an_index_of_100_000_children():
    assert topological_layers(range(100_001), lambda node: [0] if node else []) == [[0], list(range(1, 100_001))]


@pytest.mark.parametrize(
    ("nodes", "before", "expected"),
    [
        ("", {}, ""),
        ("abc", {}, "a b c"),
        ("abcd", {"b": "a", "d": "c"}, "ab cd"),
        # Two indexes that share a child are one chain.
        ("cab", {"c": "ab"}, "abc"),
        ("dcba", {"c": "a", "d": "b"}, "bd ac"),
        ("abcd", {"a": "b", "b": "a", "d": "c"}, "cd ab"),
        ("ab", {"a": "ax"}, "a b"),
    ],
)
def test_independent_chains(nodes, before, expected):
    assert " ".join("".join(chain) for chain in independent_chains(nodes, lambda node: before.get(node, ""))) == expected


def test_indexes_go_before_their_children_and_come_back_after_them():
    graph = Graph(
        {"index": Edges(("arm", "amd")), "arm": Edges(), "amd": Edges(), "signature": Edges(subjects=("index",)), "attestation": Edges((), ("signature",))}
    )
    assert graph.to_delete(set(graph.edges)) == [["index"], ["amd", "arm", "signature"], ["attestation"]]
    assert graph.to_restore(set(graph.edges)) == [["amd", "arm"], ["index"], ["signature"], ["attestation"]]
    assert graph.to_delete(["arm", "index"]) == [["index"], ["arm"]]


def test_an_index_with_a_referrer_tag_that_points_at_itself_still_goes_before_its_children():
    """Anyone can push the tag sha256-<digest> for the very manifest with that digest."""
    graph = Graph({"index": Edges(("a", "z"), ("index",)), "a": Edges(), "z": Edges()})
    assert graph.to_delete(graph.edges) == [["index"], ["a", "z"]]


def test_closures():
    graph = Graph(
        {"index": Edges(("child", "gone")), "child": Edges(), "signature": Edges(subjects=("child",)), "of_signature": Edges(subjects=("signature",))}
    )
    assert graph.parts(["index", "absent"]) == {"index", "child"}
    assert graph.belongings(["index"]) == {"index", "child", "signature", "of_signature"}
    assert graph.belongings(["signature"]) == {"signature", "of_signature"}
    assert graph.needs(["of_signature"]) == {"of_signature", "signature", "child"}
    assert graph.parents == {"child": ("index",), "gone": ("index",)}
    assert graph.referrers == {"child": ("signature",), "signature": ("of_signature",)}
