"""kill -9 of the driver: no finished trial is lost, none is run twice, the search ends with the asked number."""

import random
import time

import optuna
import pytest

SEED = 6


def asked(trials):
    return [(trial["number"], trial["params"], trial["values"], trial["cached"]) for trial in trials]


def told(folder):
    """What the study says, read by Optuna alone."""
    study = optuna.load_study(study_name="search", storage=f"sqlite:///{folder / 'study.db'}")
    return [(trial.number, trial.state.name.lower(), trial.values) for trial in study.get_trials(deepcopy=False)]


def shown(trials):
    return [(trial["number"], trial["state"], list(trial["values"].values()) or None) for trial in trials]


def kill_at_random(search, times, seed=SEED):
    """Start and kill the search; check each time that no result that was kept is evaluated again."""
    draw = random.Random(seed)
    known = {}
    for moment in range(times):
        begun = len(search.lines())
        lines, delay = draw.randint(2, 6), draw.uniform(0, 0.03)
        print(f"kill {moment + 1}: {lines} lines and {delay:.4f} s after {begun} lines")  # noqa: T201
        search.start()
        search.await_lines(begun + lines)
        time.sleep(delay)
        search.kill()
        check_kept(search, known)
    return known


def check_kept(search, known):
    """Check that what was kept is what it was, and was not begun again; note what is kept now."""
    lines = search.lines("began")
    for number, (content, count) in known.items():
        assert (search.folder / "trials" / str(number) / "metrics.json").read_text() == content
        assert sum(line.split()[1] == str(number) for line in lines) == count, f"trial {number} was begun again"
    for number in search.kept() - known.keys():
        content = (search.folder / "trials" / str(number) / "metrics.json").read_text()
        known[number] = content, sum(line.split()[1] == str(number) for line in search.lines("began"))


def test_a_driver_killed_at_ten_random_moments_loses_nothing(search, clean):
    search.options["pause"] = 0.005
    known = kill_at_random(search, 10)
    trials = search.finish(pause=0.0)
    check_kept(search, known)
    assert len(known) >= 10
    assert [trial["number"] for trial in trials] == list(range(48))
    assert shown(trials) == told(search.folder)
    assert asked(trials) == asked(clean.finish(pause=0.0))


@pytest.mark.slow
@pytest.mark.parametrize("executor", ["process", "ray"])
def test_a_driver_of_workers_killed_at_random_moments_loses_nothing(search, executor):
    search.options |= {"executor": executor, "workers": 2, "trials": 24, "pause": 0.02}
    known = kill_at_random(search, 3 if executor == "process" else 1)
    trials = search.finish()
    check_kept(search, known)
    assert known
    assert [trial["number"] for trial in trials] == list(range(24))
    assert shown(trials) == told(search.folder)
