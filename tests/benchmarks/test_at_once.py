"""The benchmark of clients at once times both back-ends, and ends its own busy process."""

from benchmarks import at_once
from edgecase.federation.trainer import AT_ONCE, SEQUENTIAL


def test_a_turn_times_both_back_ends_beside_one_process_that_ends(monkeypatch):
    made, processes, alive = {}, [], []
    popen = at_once.subprocess.Popen

    def spied(*arguments):
        processes.append(popen(*arguments))
        return processes[-1]

    class Round:
        def train(self):
            alive.append([process.poll() for process in processes])

    monkeypatch.setattr(at_once.subprocess, "Popen", spied)
    made = {SEQUENTIAL: Round(), AT_ONCE: Round()}
    assert at_once.turn(made, busy=False).keys() == made.keys()
    assert alive == [[], []]
    assert at_once.turn(made, busy=True).keys() == made.keys()
    assert alive[2:] == [[None], [None]]
    assert processes[0].poll() is not None
