"""The public names."""

import fractalgen


def test_every_public_name_is_there_and_listed():
    assert sorted(fractalgen.__all__) == dir(fractalgen)
    assert all(getattr(fractalgen, name) is not None for name in fractalgen.__all__)
