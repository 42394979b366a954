"""The coins: one photograph in tiles, with the mask of scikit-image's gallery."""

import sys

import pytest
import torch

from fractalgen.errors import MissingDependencyError, TrainError
from fractalgen.spec.data import Data
from fractalgen.training import Masks, load_data
from fractalgen.training.guards.repeats import find_repeats
from fractalgen.training.labels import count_pixel_classes
from fractalgen.training.sources.coins import Coins


def test_the_tiles_are_those_of_the_photograph_and_no_part_has_one_of_another():
    data = load_data(Data(source="coins"))
    assert isinstance(data.train, Masks)
    assert (len(data.train), len(data.validation), len(data.final_test())) == (69, 12, 27)
    assert (data.classes, data.train.shape, data.train.positions) == (2, (1, 32, 32), (32, 32))
    assert data.class_names() == ("background", "coin")
    assert [each.count for each in find_repeats(data, data.final_test())] == [0, 0, 0]


def test_the_mask_is_the_one_of_the_gallery():
    """24 coins, of all pixels that the tiles cover less than half, and brighter than what is around them."""
    from scipy import ndimage

    found = Coins(Data(source="coins"))
    parts = [found.train(), found.test()]
    masks = torch.cat([each.masks for each in parts])
    tiles = torch.cat([each.images for each in parts])[:, 0]
    whole = masks.view(12, 9, 32, 32).permute(1, 2, 0, 3).reshape(288, 384)
    sizes = torch.from_numpy(ndimage.label(whole.numpy())[0]).flatten().bincount()[1:]
    assert int((sizes > 500).sum()) == 24
    assert 0.3 < float(masks.float().mean()) < 0.5
    assert float(tiles[masks == 1].float().mean()) > 1.5 * float(tiles[masks == 0].float().mean())


def test_the_classes_that_are_declared_are_the_two_that_the_source_knows():
    assert load_data(Data(source="coins", classes=2)).classes == 2
    with pytest.raises(TrainError, match="the data have 2 classes, `classes` says 3. Take it out of the data"):
        load_data(Data(source="coins", classes=3))


def test_pixels_are_of_the_classes_that_there_are():
    with pytest.raises(TrainError, match="the masks have one class"):
        count_pixel_classes(torch.zeros(2, 4, 4, dtype=torch.uint8), None)
    with pytest.raises(TrainError, match="the masks have a class 3, but 2 classes end at 1"):
        count_pixel_classes(torch.full((2, 4, 4), 3, dtype=torch.uint8), 2)


def test_without_scikit_image_the_line_that_installs_it_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "skimage.data", None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'fractalgen\[segmentation\]'"):
        load_data(Data(source="coins"))
