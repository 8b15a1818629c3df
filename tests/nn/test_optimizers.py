"""Optimizers against values computed elsewhere, their weight decay, and what they leave behind when gradients end."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nntui.nn.arena import Arena, ParameterSpec
from nntui.nn.optimizers import SGD, Adadelta, Adagrad, Adam, AdamW, Lion, Nadam, Optimizer, RMSprop, base

REFERENCE = json.loads((Path(__file__).parent / "reference" / "optimizers.json").read_text())
PRECISION = [(np.float64, 1e-9), (np.float32, 1e-5)]
CASES = {
    "nadam": Nadam(learning_rate=0.01),
    "nadam_decay": Nadam(learning_rate=0.01, weight_decay=0.1),
    "adadelta": Adadelta(),
    "adadelta_decay": Adadelta(learning_rate=0.5, weight_decay=0.1),
    "sgd_decay": SGD(learning_rate=0.1, momentum=0.9, weight_decay=0.1),
    "rmsprop_decay": RMSprop(learning_rate=0.01, weight_decay=0.1),
    "adagrad_decay": Adagrad(learning_rate=0.05, weight_decay=0.1),
    "adam_decay": Adam(learning_rate=0.01, weight_decay=0.1),
    "lion": Lion(learning_rate=0.01),
    "lion_decay": Lion(learning_rate=0.01, beta1=0.95, beta2=0.98, weight_decay=0.1),
}


def built(rule, sizes=(5,), dtype=np.float32, shares=1):
    """The rule on an arena of weights of these sizes and one bias of three numbers."""
    specs = {f"w{number}": ParameterSpec((size,), decays=True) for number, size in enumerate(sizes)}
    arena = Arena({**specs, "b": ParameterSpec((3,))}, dtype=np.dtype(dtype))
    rule.build(arena, shares=shares)
    return arena


def default(name, **changes):
    rule = Optimizer.members()[name](**changes)
    if isinstance(rule, SGD):
        rule.momentum = 0.9
    return rule


def test_every_case_of_the_reference_is_tried():
    assert REFERENCE["made_by"].startswith("torch 2.")
    assert set(REFERENCE["steps"]) == set(CASES)


@pytest.mark.parametrize(("dtype", "tolerance"), PRECISION)
@pytest.mark.parametrize("name", CASES)
def test_ten_steps(name, dtype, tolerance):
    arena = built(CASES[name], dtype=dtype)
    p = arena.value("w0")
    p[...] = REFERENCE["start"]
    steepness = np.array(REFERENCE["steepness"])
    for number, expected in enumerate(REFERENCE["steps"][name]):
        arena.gradient("w0")[...] = 2 * steepness * (p - 0.1 * number)
        CASES[name].step()
        np.testing.assert_allclose(p, expected, rtol=tolerance, atol=tolerance / 10)


@pytest.mark.parametrize("name", Optimizer.names())
def test_weight_decay_is_a_setting_of_all_and_shrinks_weights_alone(name):
    rule = default(name, learning_rate=0.5, weight_decay=0.1)
    arena = built(rule, sizes=(40_000, 3))
    arena.values[...] = 2.0
    rule.step()
    # Without a gradient nothing else moves: 2·(1 - 0.5·0.1). The 40,000 numbers end within the second block.
    for weight in ("w0", "w1"):
        np.testing.assert_allclose(arena.value(weight), 1.9, rtol=1e-6)
    np.testing.assert_array_equal(arena.value("b"), 2.0)


def test_only_adamw_decays_by_itself():
    decays = {name: kind().weight_decay for name, kind in Optimizer.members().items()}
    assert {name for name, decay in decays.items() if decay} == {"adamw"}
    assert AdamW().weight_decay == 0.01


@pytest.mark.parametrize("name", Optimizer.names())
def test_a_schedules_factor_is_of_the_rate_and_of_what_decays_by_it(name):
    ours, plain = (
        default(name, learning_rate=0.02, weight_decay=0.1),
        default(name, learning_rate=0.01, weight_decay=0.1),
    )
    vectors = []
    for rule, factor in ((ours, 0.5), (plain, 1.0)):
        arena = built(rule)
        arena.values[...] = arena.gradients[...] = np.linspace(-1, 1, arena.values.size)
        rule.rate_factor = factor
        for _ in range(3):
            rule.step()
        vectors.append(arena.values)
    np.testing.assert_array_equal(*vectors)
    assert ours.learning_rate == 0.02


def denormals(vector):
    return np.count_nonzero((vector != 0) & (np.abs(vector) < np.finfo(vector.dtype).tiny))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", Optimizer.names())
def test_what_is_remembered_ends_at_zero_and_not_at_the_smallest_of_numbers(name, dtype):
    """Fast forgetting brings float64 to its end in time too: 0.9 to the power of 6,800 is 1e-311."""
    rule = default(name, learning_rate=1e-4)
    arena = built(rule, sizes=(50,), dtype=dtype)
    rng = np.random.default_rng(0)
    arena.gradients[...] = rng.normal(size=arena.values.size) * 10.0 ** rng.integers(-15, 3, arena.values.size)
    for _ in range(5):
        rule.step()
    arena.gradients[...] = 0
    for step in range(8000):
        rule.step()
        # The first sweep is in step 256 of the rule; from then on there is none, in any step.
        if step >= 256 and step % 50 == 0:
            assert all(denormals(vector) == 0 for slot, vector in rule.slots.items() if fades_slowly(rule, slot))
    assert all(denormals(vector) == 0 for vector in rule.slots.values())


def fades_slowly(rule, slot):
    return rule.decay_rates().get(slot, 1.0) >= 0.9


def test_without_sweeps_they_would_stay(monkeypatch):
    monkeypatch.setattr(base, "_SWEEP_STEPS", 10**9)
    rule = Adam()
    arena = built(rule, sizes=(50,))
    arena.gradients[...] = 1.0
    rule.step()
    arena.gradients[...] = 0
    for _ in range(3000):
        rule.step()
    assert denormals(rule.slots["mean"]) == arena.values.size


def test_weights_that_decay_end_at_zero_too():
    rule = SGD(learning_rate=1.0, weight_decay=0.1)
    arena = built(rule, sizes=(50,))
    arena.values[...] = 1.0
    for _ in range(1024):
        rule.step()
        assert denormals(arena.values) == 0
    assert not arena.value("w0").any()
    np.testing.assert_array_equal(arena.value("b"), 1.0)


@pytest.mark.parametrize("name", Optimizer.names())
def test_sweeping_changes_no_weight(name, monkeypatch):
    results = []
    for sweep in (256, 10**9):
        monkeypatch.setattr(base, "_SWEEP_STEPS", sweep)
        rule = default(name)
        arena = built(rule, sizes=(200,))
        rng = np.random.default_rng(1)
        arena.values[...] = rng.normal(size=arena.values.size)
        for step in range(1100):
            arena.gradients[...] = rng.normal(size=arena.values.size)
            # Half of the weights get no gradient for 900 steps, and some again at the end.
            arena.gradients[: 100 if 100 < step < 1000 else 0] = 0
            rule.step()
        results.append(arena.values.copy())
    np.testing.assert_array_equal(*results)


def test_what_is_not_finite_stays_so_for_the_divergence_to_be_found():
    rule = Adam()
    arena = built(rule)
    rule.steps = 255
    arena.gradients[:2] = [np.inf, np.nan]
    with np.errstate(all="ignore"):
        rule.step()
    assert not np.isfinite(rule.slots["mean"][:2]).any()
    assert np.isnan(rule.slots["mean"][1])


@settings(max_examples=25, deadline=None)
@given(
    name=st.sampled_from(Optimizer.names()),
    stop=st.integers(1, 299),
    shares=st.integers(1, 4),
    sizes=st.lists(st.integers(1, 40_000), min_size=1, max_size=3),
)
def test_going_on_and_sharing_the_work_change_no_bit(name, stop, shares, sizes):
    def gradient(step, size):
        return np.random.default_rng(step // 100).normal(size=size) * 0.99**step

    whole, parted = default(name, weight_decay=0.01), default(name, weight_decay=0.01)
    arena, other = built(whole, sizes), built(parted, sizes, shares=shares)
    arena.values[...] = other.values[...] = 1.0
    checked = sorted({1, stop, 256, 257, 300})
    for step in range(1, 301):
        # Far apart steps stand for those between: what counts is that both see the same.
        if step not in checked and step % 50:
            whole.steps += 1
            parted.steps += 1
            continue
        arena.gradients[...] = other.gradients[...] = gradient(step, arena.values.size)
        whole.step()
        parted.step()
        if step == stop:
            resumed = default(name, weight_decay=0.01)
            resumed.build(other, shares=shares)
            resumed.steps = parted.steps
            for slot, vector in parted.slots.items():
                resumed.slots[slot][...] = vector
            parted = resumed
    np.testing.assert_array_equal(arena.values, other.values)
    for slot, vector in whole.slots.items():
        np.testing.assert_array_equal(vector, parted.slots[slot])


def test_nadams_product_of_momenta_is_the_same_from_any_step_and_for_long():
    rule, late = Nadam(), Nadam()
    built(rule)
    built(late)
    for _ in range(20_000):
        rule.begin_step()
        if rule.steps in (1, 17, 9_000, 20_000):
            late.steps = rule.steps
            assert late.factors() == rule.factors()
            late._multiplied = (0, 1.0)
            assert late.factors() == rule.factors()
    # What is left of the product after this many steps is zero, and is not worked out again.
    late.steps = 10**15
    assert late._product() == 0.0


@pytest.mark.parametrize(
    ("size", "shares"), [(0, 2), (1, 3), (100, 2), (109_386, 2), (669_706, 2), (669_706, 3), (40_000, 1)]
)
def test_shares_of_a_step_are_even(size, shares):
    """No number is left out or taken twice, no block is larger than the cache has room for, and nobody idles."""
    arena = Arena({"p": ParameterSpec((size,))} if size else {}, dtype=np.dtype(np.float32))
    optimizer = SGD(learning_rate=1.0)
    optimizer.build(arena, shares=shares)
    arena.gradients[...] = 1.0
    optimizer.begin_step()
    moved = []
    for share in range(shares):
        before = arena.values.sum(dtype=np.float64)
        optimizer.step_share(share)
        moved.append(before - arena.values.sum(dtype=np.float64))
    np.testing.assert_array_equal(arena.values, -1.0)
    assert max(moved) - min(moved) <= 64 + size / 1000
