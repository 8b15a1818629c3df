import gc

from nntui.tui.gc_pauses import GcPauses


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_it_looks_when_no_key_is_expected():
    looks: list[float] = []
    gc_pauses = GcPauses(collect=lambda: looks.append(clock.now), clock=(clock := Clock()))
    clock.now = 105.0
    gc_pauses.look()
    assert looks == [105.0]
    clock.now = 109.5
    gc_pauses.key()
    clock.now = 110.0
    gc_pauses.look()
    assert looks == [105.0]
    clock.now = 115.0
    gc_pauses.look()
    assert looks == [105.0, 115.0]


def test_keys_without_end_put_it_off_for_a_minute():
    looks: list[float] = []
    gc_pauses = GcPauses(collect=lambda: looks.append(clock.now), clock=(clock := Clock()))
    while clock.now < 300:
        clock.now += 0.5
        gc_pauses.key()
        if clock.now % 5 == 0:
            gc_pauses.look()
    assert looks == [160.0, 220.0, 280.0]


def test_what_holds_itself_is_found_by_a_look():
    class Knot:
        pass

    before, frozen = gc.get_threshold(), gc.get_freeze_count()
    try:
        GcPauses.take_over()
        assert gc.get_freeze_count() > frozen
        assert gc.get_threshold()[2] > 1000
        knots = [Knot() for _ in range(10)]
        for knot in knots:
            knot.itself = knot
        del knots, knot
        assert sum(isinstance(item, Knot) for item in gc.get_objects()) == 10
        clock = Clock()
        gc_pauses = GcPauses(clock=clock)
        clock.now += 60
        gc_pauses.look()
        assert not any(isinstance(item, Knot) for item in gc.get_objects())
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
