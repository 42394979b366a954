"""Changes to batches of images, each from draws of its own."""

import pytest
import torch

from fractalgen.errors import TrainError
from fractalgen.spec.augment import Augment
from fractalgen.training.augmentations import AUGMENTATIONS, Batch, Draws, seed_of

CPU = torch.device("cpu")


def made(word):
    chosen = Augment.model_validate(word)
    return AUGMENTATIONS.get(chosen.name)(chosen.options)


def augment(word, images, seed=0, epoch=1, rows=None, **more):
    count = len(images)
    labels = torch.arange(count) % 4
    augmentation = made(word)
    targets = torch.nn.functional.one_hot(labels, 4).float() if augmentation.mixes else labels
    chosen = rows or slice(0, count)
    batch = Batch(images[chosen], targets[chosen], torch.arange(count)[chosen], epoch)
    return augmentation(batch, Draws(torch.Generator().manual_seed(seed), count, chosen, CPU))


@pytest.mark.parametrize("name", list(AUGMENTATIONS))
def test_an_augmentation_keeps_shape_and_argument_and_follows_its_generator(name):
    images = torch.randn(8, 3, 16, 16)
    before = images.clone()
    first, again, other = (augment(name, images, seed) for seed in (3, 3, 4))
    assert torch.equal(images, before)
    assert first.images.shape == images.shape
    assert torch.equal(first.images, again.images)
    assert torch.equal(first.targets, again.targets)
    assert not torch.equal(first.images, other.images)


@pytest.mark.parametrize("name", [name for name in AUGMENTATIONS if not made(name).mixes])
def test_a_part_of_a_batch_is_changed_as_in_the_whole_batch(name):
    images = torch.randn(8, 3, 16, 16)
    part = slice(2, 5)
    assert torch.equal(augment(name, images, 3, rows=part).images, augment(name, images, 3).images[part])


@pytest.mark.parametrize("name", [name for name in AUGMENTATIONS if not made(name).mixes])
def test_only_what_mixes_images_changes_targets(name):
    assert torch.equal(augment(name, torch.randn(8, 3, 16, 16)).targets, torch.arange(8) % 4)


def test_shifts_of_32_pixels_reach_4_both_ways_and_bring_in_zeros():
    images = torch.zeros(3000, 1, 32, 32)
    images[:, :, 16, 16] = 1
    moved = augment("shift", images).images
    y, x = moved.flatten(1).argmax(1) // 32 - 16, moved.flatten(1).argmax(1) % 32 - 16
    assert sorted(set(y.tolist())) == sorted(set(x.tolist())) == list(range(-4, 5))
    assert moved.sum() == 3000
    assert set(augment("shift", torch.ones(50, 1, 32, 32)).images.unique().tolist()) == {0.0, 1.0}
    assert set(augment("shift_mirror_reflect", torch.ones(50, 1, 32, 32)).images.unique().tolist()) == {1.0}


def test_every_pixel_of_a_crop_comes_from_where_the_padded_image_has_it():
    images = torch.arange(2 * 3 * 6 * 5.0).view(2, 3, 6, 5)
    padded = torch.nn.functional.pad(images, (2, 2, 2, 2), mode="reflect")
    found = augment({"crop": {"padding": 2}}, images).images
    for image, window in zip(padded, found, strict=True):
        places = [(y, x) for y in range(5) for x in range(5) if torch.equal(image[:, y : y + 6, x : x + 5], window)]
        assert len(places) == 1


def test_a_crop_fills_with_zeros_where_it_is_told():
    found = augment({"crop": {"padding": 9, "fill": "zero"}}, torch.ones(40, 1, 4, 4)).images
    assert set(found.unique().tolist()) == {0.0, 1.0}


def test_a_crop_cannot_reflect_more_than_there_is():
    with pytest.raises(TrainError, match="crop cannot reflect 4 pixels of images of 4x6. Set a padding of at most 3"):
        made("crop").check((3, 4, 6))
    made({"crop": {"fill": "zero"}}).check((3, 4, 6))


def test_mirroring_swaps_half_of_the_images():
    images = torch.arange(8.0).expand(2000, 1, 8, 8)
    swapped = augment("mirror", images).images[:, 0, 0, 0] == 7
    assert abs(int(swapped.sum()) - 1000) < 110


@pytest.mark.parametrize(("name", "plain"), [("shift_mirror", "zero"), ("shift_mirror_reflect", "reflect")])
def test_the_paper_mirrors_what_it_has_shifted(name, plain):
    images = torch.randn(64, 2, 8, 8)
    shifted = augment({"crop": {"padding": 1, "fill": plain}}, images, 5).images
    found = augment(name, images, 5).images
    same = (found == shifted).flatten(1).all(1)
    swapped = (found == shifted.flip(3)).flatten(1).all(1)
    assert bool((same ^ swapped).all())
    assert 15 < int(swapped.sum()) < 49


def test_alternating_mirrors_show_every_image_both_ways_in_two_epochs():
    images = torch.arange(8.0).expand(2000, 1, 8, 8)
    swapped = [augment({"mirror": {"alternate": True}}, images, e, e).images[:, 0, 0, 0] == 7 for e in (1, 2, 3)]
    assert torch.equal(swapped[0], ~swapped[1])
    assert torch.equal(swapped[0], swapped[2])
    assert abs(int(swapped[0].sum()) - 1000) < 110


def test_cutout_erases_a_square_at_most():
    found = augment({"cutout": {"size": 4}}, torch.ones(500, 2, 10, 10)).images
    erased = (found == 0).sum((2, 3))
    assert torch.equal(erased[:, 0], erased[:, 1])
    assert int(erased.max()) == 16
    assert int(erased.min()) >= 4
    square = (found[int(erased[:, 0].argmax()), 0] == 0).nonzero()
    assert (square.max(0).values - square.min(0).values).tolist() == [3, 3]


def test_mixup_adds_targets_as_it_adds_images():
    images = torch.eye(4)[torch.arange(12) % 4].view(12, 4, 1, 1)
    found = augment({"mixup": {"alpha": 1.0}}, images, 5)
    assert torch.allclose(found.images.flatten(1), found.targets)
    assert torch.allclose(found.targets.sum(1), torch.ones(12))
    assert 0.01 < float(found.targets.max(1).values.min()) < 0.99


def test_cutmix_gives_the_target_the_share_that_the_box_covers():
    labels = torch.arange(64) % 4
    images = labels.float().view(-1, 1, 1, 1).expand(-1, 2, 8, 8).contiguous()
    found = augment("cutmix", images, 7)
    shares = torch.stack([(found.images[:, 0] == label).float().mean((1, 2)) for label in range(4)], 1)
    assert torch.allclose(shares, found.targets, atol=1e-6)
    assert bool((found.targets[:, :].max(1).values < 1).any())


@pytest.mark.parametrize("name", ["mixup", "cutmix"])
def test_a_probability_leaves_some_batches_alone(name):
    images = torch.randn(6, 1, 8, 8)
    same = [torch.equal(augment({name: {"probability": 0.5}}, images, seed).images, images) for seed in range(200)]
    assert 70 < sum(same) < 130


def test_seeds_of_different_words_differ():
    seeds = {seed_of(seed, word, step) for seed in range(3) for word in ("crop", "mixup") for step in range(100)}
    assert len(seeds) == 600
