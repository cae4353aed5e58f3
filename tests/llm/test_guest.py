"""The breaker and the bulkhead, alone and with small real times."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from prometheus_client import REGISTRY

from rag.llm.departure import ClientLeft, Deadline, Departure
from rag.llm.fault import FaultKind, ModelFailed
from rag.llm.guest import Breaker, Bulkhead


def metric(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def fail(breaker: Breaker, times: int, kind: FaultKind = FaultKind.SERVER_ERROR) -> None:
    for _ in range(times):
        with pytest.raises(ModelFailed), breaker.call():
            raise ModelFailed(kind)


def resting(breaker: Breaker) -> ModelFailed | None:
    try:
        breaker.refuse()
    except ModelFailed as failed:
        return failed
    return None


def test_five_failures_open_the_breaker_and_four_do_not() -> None:
    breaker = Breaker()
    fail(breaker, 4)
    assert resting(breaker) is None
    fail(breaker, 1)
    failed = resting(breaker)
    assert failed is not None
    assert failed.kind is FaultKind.RESTING
    assert failed.retry_after == pytest.approx(15, abs=0.5)
    assert metric("clas_qa_llm_breaker_open") == 1
    with pytest.raises(ModelFailed, match="left alone"), breaker.call():
        pytest.fail("a call was let through")


def test_failures_further_apart_than_the_window_do_not_add_up() -> None:
    breaker = Breaker(failures=3, within_s=0.2)
    for _ in range(6):
        fail(breaker, 1)
        time.sleep(0.11)
    assert not breaker.open
    fail(breaker, 2)
    assert breaker.open


def test_one_probe_at_a_time_and_its_success_closes_the_breaker() -> None:
    breaker = Breaker(failures=1, probe_every_s=0.1)
    fail(breaker, 1)
    assert resting(breaker)
    time.sleep(0.12)
    assert resting(breaker) is None
    with breaker.call():
        with pytest.raises(ModelFailed), breaker.call():
            pytest.fail("a second probe was let through")
        assert breaker.open
    assert not breaker.open
    assert metric("clas_qa_llm_breaker_open") == 0


def test_a_probe_that_fails_is_followed_by_another_after_the_same_time() -> None:
    breaker = Breaker(failures=1, probe_every_s=0.1)
    fail(breaker, 1)
    time.sleep(0.12)
    fail(breaker, 1)
    assert resting(breaker)
    time.sleep(0.12)
    with breaker.call():
        pass
    assert not breaker.open


def test_a_probe_whose_asker_leaves_decides_nothing_and_blocks_nobody() -> None:
    breaker = Breaker(failures=1, probe_every_s=0.1)
    fail(breaker, 1)
    time.sleep(0.12)
    with pytest.raises(ClientLeft), breaker.call():
        raise ClientLeft
    assert breaker.open
    with breaker.call():
        pass
    assert not breaker.open


@pytest.mark.parametrize("kind", [FaultKind.LENGTH, FaultKind.TOO_LONG, FaultKind.BUSY])
def test_what_tells_nothing_of_the_server_does_not_count(kind: FaultKind) -> None:
    breaker = Breaker(failures=2)
    fail(breaker, 10, kind)
    assert not breaker.open


def test_departures_do_not_count() -> None:
    breaker = Breaker(failures=2)
    for _ in range(10):
        with pytest.raises(ClientLeft), breaker.call():
            raise ClientLeft
    assert not breaker.open


def test_refused_keys_count_but_are_not_tried_again() -> None:
    breaker = Breaker(failures=2)
    fail(breaker, 2, FaultKind.KEY_REFUSED)
    assert breaker.open
    assert not ModelFailed(FaultKind.KEY_REFUSED).retryable


def test_a_call_begun_before_the_breaker_opened_does_not_close_it() -> None:
    breaker = Breaker(failures=1, probe_every_s=9)
    with breaker.call():
        fail(breaker, 1)
    assert breaker.open


def test_of_many_threads_one_is_the_probe() -> None:
    breaker = Breaker(failures=1, probe_every_s=0.05)
    fail(breaker, 1)
    time.sleep(0.06)
    through: list[int] = []
    turned_away: list[FaultKind] = []
    start = threading.Barrier(16)

    def knock(number: int) -> None:
        start.wait()
        try:
            with breaker.call():
                through.append(number)
                time.sleep(0.2)
        except ModelFailed as failed:
            turned_away.append(failed.kind)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(knock, range(16)))
    assert len(through) == 1
    assert turned_away == [FaultKind.RESTING] * 15


def hold(bulkhead: Bulkhead, until: threading.Event) -> threading.Thread:
    """A thread that holds a place, which it has when this returns."""
    inside = threading.Event()

    def work() -> None:
        with bulkhead.slot(Deadline(5)):
            inside.set()
            until.wait(5)

    thread = threading.Thread(target=work)
    thread.start()
    assert inside.wait(2)
    return thread


def busy(bulkhead: Bulkhead, seconds: float) -> float:
    """Seconds until a call is turned away."""
    start = time.monotonic()
    with pytest.raises(ModelFailed) as caught, bulkhead.slot(Deadline(seconds)):
        pytest.fail("a call was let in")
    assert caught.value.kind is FaultKind.BUSY
    return time.monotonic() - start


def wait_for(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 2
    while not true():
        assert time.monotonic() < end
        time.sleep(0.002)


def test_never_more_at_once_than_allowed_and_everybody_gets_a_turn() -> None:
    bulkhead = Bulkhead(3, 50)
    now = most = 0
    lock = threading.Lock()

    def work(_: int) -> None:
        nonlocal now, most
        with bulkhead.slot(Deadline(10)):
            with lock:
                now += 1
                most = max(most, now)
            time.sleep(0.005)
            with lock:
                now -= 1

    with ThreadPoolExecutor(40) as pool:
        list(pool.map(work, range(120)))
    assert most == 3
    assert metric("clas_qa_llm_in_flight") == 0
    assert metric("clas_qa_llm_waiting") == 0


def test_a_full_line_turns_away_at_once() -> None:
    bulkhead = Bulkhead(1, 1)
    until = threading.Event()
    threads = [hold(bulkhead, until)]
    threads.append(threading.Thread(target=lambda: bulkhead.slot(Deadline(5)).__enter__()))
    threads[1].start()
    wait_for(lambda: metric("clas_qa_llm_waiting") == 1)
    assert busy(bulkhead, 5) < 0.5
    until.set()
    for thread in threads:
        thread.join()


def test_nobody_waits_beyond_the_deadline() -> None:
    bulkhead = Bulkhead(1, 5)
    until = threading.Event()
    thread = hold(bulkhead, until)
    assert busy(bulkhead, 0.3) == pytest.approx(0.3, abs=0.1)
    assert metric("clas_qa_llm_waiting") == 0
    until.set()
    thread.join()
    with bulkhead.slot(Deadline(0.1)):
        pass


def test_who_leaves_the_line_makes_room_in_it() -> None:
    bulkhead = Bulkhead(1, 1)
    until = threading.Event()
    thread = hold(bulkhead, until)
    departure = Departure()
    threading.Timer(0.1, departure.leave).start()
    start = time.monotonic()
    with pytest.raises(ClientLeft), bulkhead.slot(Deadline(5), departure):
        pytest.fail("a call was let in")
    assert time.monotonic() - start < 0.5
    until.set()
    thread.join()
    with bulkhead.slot(Deadline(0.1)):
        pass


def test_the_line_is_served_in_its_order() -> None:
    bulkhead = Bulkhead(1, 10)
    until = threading.Event()
    threads = [hold(bulkhead, until)]
    served: list[int] = []

    def work(number: int) -> None:
        with bulkhead.slot(Deadline(5)):
            served.append(number)

    for number in range(8):
        threads.append(threading.Thread(target=work, args=(number,)))
        threads[-1].start()
        wait_for(lambda number=number: metric("clas_qa_llm_waiting") == number + 1)  # type: ignore[misc]
    until.set()
    for thread in threads:
        thread.join()
    assert served == list(range(8))


def test_a_departure_tells_each_listener_once_and_late_ones_at_once() -> None:
    departure = Departure()
    heard: list[str] = []
    departure.on_leaving(lambda: heard.append("first"))
    forget = departure.on_leaving(lambda: heard.append("forgotten"))
    forget()
    departure.leave()
    departure.leave()
    departure.on_leaving(lambda: heard.append("late"))()
    assert heard == ["first", "late"]
    assert departure.left
    assert departure.wait(5)
