"""Optuna alone reads a study, and so do the programs that are made for it."""

import optuna


def test_optuna_alone_reads_names_values_choices_and_constraints(search, home):
    spec = home / "space.yaml"
    spec.write_text(search.spec.read_text() + "  constraints: {parameters: '< 20000'}\n")
    trials = search.finish(spec=spec, trials=30)
    study = optuna.load_study(study_name=None, storage=f"sqlite:///{search.folder / 'study.db'}")
    assert study.metric_names == ["val_accuracy", "parameters"]
    assert [direction.name for direction in study.directions] == ["MAXIMIZE", "MINIMIZE"]
    told = study.get_trials(deepcopy=False)
    assert [trial.values for trial in told] == [list(trial["values"].values()) or None for trial in trials]
    assert all(trial.params for trial in told)
    refused = [trial for trial in told if trial.constraints]
    assert refused
    assert {trial.state.name for trial in refused} == {"PRUNED"}
    assert all(min(trial.constraints.values()) > 0 for trial in refused)
