"""YAML as we write it is read by everybody."""

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from scoreboard.evidence.yaml_writer import emitted

TEXTS = st.one_of(
    st.text(),
    st.text("ab'\"\n\t :#-|>{}[],&*!%@`\\\r \u0085\u2028\ufeff\x7f\U0001f600é"),
    st.text(" \n\t"),
    st.sampled_from(("null", "off", "true", "~", "12", "1e3", "=", "<<", "2026-11-24")),
    st.lists(st.sampled_from(["data: x", "", " ", "\t", "#", "---", "..."])).map("\n".join),
)
LEAVES = st.one_of(TEXTS, st.binary(), st.integers(), st.none(), st.floats(0.001, 1e6))
# Narrow and deep: wide trees say nothing more, and take Hypothesis a minute to draw and to throw away again.
WIDE = 3
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(st.one_of(LEAVES, st.dictionaries(TEXTS, inner, max_size=WIDE)), max_size=WIDE),
        st.dictionaries(TEXTS, inner, max_size=WIDE),
    ),
    max_leaves=12,
)


@given(st.dictionaries(TEXTS, TREES, min_size=1, max_size=WIDE))
@settings(max_examples=300)
def test_whatever_is_said_any_reader_of_yaml_reads_it(tree: dict[str, object]) -> None:
    written = emitted(tree)
    assert yaml.load(written, Loader=yaml.CSafeLoader) == tree
    assert yaml.safe_load(written) == tree
