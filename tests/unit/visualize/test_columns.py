from __future__ import annotations

import pytest

from fractalgen.visualize import figure


def bars(picture):
    return [box for box in picture.boxes if box.cell.is_bar]


def test_columns_stand_from_the_shallowest_to_the_deepest(fractal):
    picture = figure(fractal(4))
    assert [column.index for column in picture.columns] == [1, 2, 3, 4]
    assert [column.x for column in picture.columns] == sorted(column.x for column in picture.columns)


def test_each_column_holds_twice_the_convolutions_of_the_one_before(fractal):
    picture = figure(fractal(4))
    for column in picture.columns:
        inside = [box for box in picture.boxes if box.columns == (column.index - 1, column.index)]
        assert sum(box.cell.family == "conv" for box in inside) == 2 ** (column.index - 1)
        assert all(column.x <= box.rect.x and box.rect.right <= column.x + column.width for box in inside)


def test_four_columns_have_bars_across_two_three_two_and_four(fractal):
    # LANGUAGE, "Joins collapse": C=4 gives joins of 2, 3, 2, 4.
    picture = figure(fractal(4))
    downwards = sorted(bars(picture), key=lambda box: box.rect.y)
    assert [box.columns for box in downwards] == [(2, 4), (1, 4), (2, 4), (0, 4)]


def test_a_bar_reaches_from_its_first_to_its_last_column(fractal):
    picture = figure(fractal(3))
    for bar in bars(picture):
        low, high = bar.columns
        assert bar.rect.x == pytest.approx(picture.columns[low].x)
        assert bar.rect.right == pytest.approx(picture.columns[high - 1].x + picture.columns[high - 1].width)


def test_arrows_of_a_fractal_run_straight_down_in_their_column(fractal):
    picture = figure(fractal(3, 2))
    assert all(len({x for x, _ in arrow.points}) == 1 for arrow in picture.arrows)


def test_blocks_are_bands_below_each_other_with_their_names(fractal):
    picture = figure(fractal(3, 3))
    assert [band.scope for band in picture.bands] == [("fractal",), ("fractal_2",), ("fractal_3",)]
    edges = [edge for band in picture.bands for edge in (band.rect.y, band.rect.bottom)]
    assert edges == sorted(edges)
    assert {"fractal", "fractal_2", "fractal_3"} <= {text.text for text in picture.texts}


def test_pools_of_all_columns_stand_in_one_row_above_their_join(fractal):
    picture = figure(fractal(4))
    pools = [box for box in picture.boxes if box.cell.lines[0].startswith("max pool")]
    assert len(pools) == 4
    assert len({round(box.rect.y, 3) for box in pools}) == 1


def test_a_convolution_with_batch_norm_and_relu_is_one_box(fractal):
    box = next(box for box in figure(fractal(1)).boxes if box.cell.family == "conv")
    assert len(box.cell.nodes) == 4
    assert box.cell.lines == ("conv 3\N{MULTIPLICATION SIGN}3, 8", "bn · relu")


def test_a_fractal_of_fractals_has_the_product_of_their_columns(drawn):
    unit = "{fractal: {columns: 2, unit: {conv_bn_relu: {out: 8}}}}"
    picture = figure(drawn(f"{{fractal: {{columns: 2, unit: {unit}}}}}"))
    assert len(picture.columns) == 4


def test_branches_inside_a_column_get_rows_instead(drawn):
    rules = "{block: {body: {join: {mode: sum, branches: [identity, {conv: {}}]}}}}"
    picture = figure(drawn("{fractal: {columns: 2, unit: block}}", rules=rules))
    assert picture.columns == ()
    assert all(box.columns is None for box in picture.boxes)


def test_headings_give_depth_and_parameters_of_each_column(fractal):
    texts = [text.text for text in figure(fractal(2)).texts]
    assert "column 2" in texts
    assert any(text.startswith("2 layers") for text in texts)
