"""Which pictures of a training run are drawn."""

from training.data.dataset import build_dataset, load_series
from training.networks.fit import fit
from training.recipes.recipe import Recipe
from training.report.training_pictures import TrainingPictures

TINY = Recipe().with_values(
    {"generator": "sine", "name": "tiny", "window": 3, "units": 2, "patience": 0, "batch_size": 512, "epochs": 4}
)


def drawn(recipe: Recipe) -> list[str]:
    dataset = build_dataset(recipe, load_series(recipe))
    pictures = TrainingPictures(recipe, dataset)
    pictures.draw_fit(fit(recipe, dataset, watch=pictures.on_epoch_end))
    assert all(content.startswith(b"\x89PNG") for content in pictures.files.values())
    return list(pictures.files)


def test_pictures_are_drawn_before_and_after_and_of_the_loss() -> None:
    assert drawn(TINY) == ["plots/before-training.png", "plots/after-training.png", "plots/loss.png"]


def test_more_are_drawn_every_few_epochs_but_not_the_last_twice() -> None:
    names = drawn(TINY.with_values({"picture_every_epochs": 2, "epochs": 4}))
    assert names[1:-1] == ["plots/epoch-2.png", "plots/after-training.png"]
