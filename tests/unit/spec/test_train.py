"""The recipe: names with options, and what does not go together."""

import pytest

from fractalgen.errors import SpecError
from fractalgen.spec import load_text
from fractalgen.spec.augment import CropOptions, MirrorOptions
from fractalgen.spec.schedule import CosineOptions, OneCycleOptions
from fractalgen.spec.train import Train

NETWORK = "network: {input: [1, 8, 8], body: {sequence: [flatten, {linear: {out: 10}}]}}\n"


def spec(train):
    return load_text(f"{NETWORK}train: {train}")


def test_names_stand_alone_or_with_options():
    recipe = spec("{augment: [mirror, {crop: {padding: 2}}, {cutout: }], schedule: {cosine: {final: 0.1}}}").train
    assert [augment.name for augment in recipe.augment] == ["mirror", "crop", "cutout"]
    assert recipe.augment[0].options == MirrorOptions()
    assert recipe.augment[1].options == CropOptions(padding=2)
    assert recipe.schedule.options == CosineOptions(final=0.1)
    assert Train().schedule.options == OneCycleOptions()
    assert Train(augment=["mirror"], schedule="cosine").schedule.name == "cosine"


def test_a_recipe_is_written_as_it_is_read():
    text = "{augment: [mirror, {crop: {padding: 2}}], schedule: halving, ema: 0.9, accumulate: 2}"
    recipe = spec(text).train
    again = load_text(spec(text).with_section("train", recipe).to_yaml())
    assert again.train == recipe


def test_options_items_and_lists_may_be_holes():
    text = (
        "{schedule: {choice: [cosine, {one_cycle: {warmup: {float: [0.1, 0.3]}}}]}, "
        "augment: [{choice: [mirror, {crop: {padding: {int: [1, 3]}}}]}, {mixup: {alpha: {float: [0.1, 1.0]}}}]}"
    )
    found = spec(text)
    assert [hole.name for hole in found.space.holes] == [
        "train.schedule",
        "train.schedule.choice[1].one_cycle.warmup",
        "train.augment[0]",
        "train.augment[0].choice[1].crop.padding",
        "train.augment[1].mixup.alpha",
    ]
    values = {hole.name: hole.high for hole in found.space.holes}
    filled = found.fill(values).train
    assert filled.schedule.options.warmup == 0.3
    assert filled.augment[0].options.padding == 3
    assert spec("{augment: {subset: {of: [mirror, cutout, mixup]}}}").space.raw == 8


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{augment: [mirrr]}", r"train.augment\[0\]: unknown key 'mirrr'. Did you mean 'mirror'"),
        ("{augment: [{crop: {paddin: 2}}]}", "unknown key 'paddin'. Did you mean 'padding'"),
        ("{augment: [{crop: {}, mirror: {}}]}", "must be one of mirror, shift, .* with its options"),
        ("{augment: [mirror, {mirror: {alternate: true}}]}", "the augmentation 'mirror' is given twice"),
        ("{augment: [{crop: {fill: zeros}}]}", "must be one of reflect, zero, found 'zeros'. Did you mean 'zero'"),
        ("{schedule: cosin}", "train.schedule: unknown key 'cosin'. Did you mean 'cosine'"),
        ("{schedule: {one_cycle: {warmup: 1}}}", "train.schedule.one_cycle.warmup: must be below 1, found 1"),
        ("{batch: 64, accumulate: 5}", "accumulate must split the batch of 64 into equal parts of at least 2"),
        ("{batch: 4, accumulate: 4}", "accumulate must split the batch of 4 into equal parts of at least 2"),
        ("{ema: 1}", "train.ema: must be below 1, found 1"),
        ("{precision: bfloat}", "must be one of float32, bfloat16, found 'bfloat'. Did you mean 'bfloat16'"),
        ("{optimizer: adamw, nesterov: true}", "nesterov belongs to sgd with a momentum above 0"),
    ],
)
def test_a_recipe_that_means_nothing_is_refused_with_its_place(text, message):
    with pytest.raises(SpecError, match=message):
        spec(text)


def test_editors_know_names_and_options():
    import jsonschema

    from fractalgen.ir.schema import schema

    known = jsonschema.Draft202012Validator(schema())

    def check(train):
        known.validate({"network": {"input": [1, 8, 8], "body": "flatten"}, "train": train})

    check({"augment": ["mirror", {"crop": {"padding": 2}}, {"cutout": None}], "schedule": "cosine"})
    check({"augment": [{"crop": {"padding": {"int": [1, 3]}}}], "schedule": {"one_cycle": {"warmup": 0.1}}})
    for wrong in ({"augment": ["mirrr"]}, {"augment": [{"crop": {"paddin": 1}}]}, {"schedule": {"cosine": {"a": 1}}}):
        with pytest.raises(jsonschema.ValidationError):
            check(wrong)
