"""The steps of a pretraining: batches from the pool, a checkpoint every few minutes, an average of the weights."""

import time
from typing import Any

import numpy as np
from rich.console import Console

from training.keras_backend import load_keras
from training.networks.fit import FittedNetwork
from training.networks.progress import progress_reporter, say
from training.pretraining.checkpoint import Checkpoint, Progress
from training.pretraining.pool import Pool
from training.recipes.recipe import Recipe

CHECKPOINT_EVERY_S = 180.0
WARM_UP_STEPS = 200  # over which the learning rate rises
WEIGHT_DECAY = 1e-4
AVERAGED_STEPS = 1_000  # about, whose weights are averaged in the end
QUANTILE_PROBABILITIES = (0.5, 0.1, 0.9)  # of the value, the lower and the upper quantile


def pretrain_network(
    network: Any, pool: Pool, recipe: Recipe, checkpoint: Checkpoint, console: Console | None
) -> FittedNetwork:
    """Fit a network on what a pool gives, for all epochs of a recipe; from a checkpoint on, where there is one.

    By AdamW (Loshchilov and Hutter 2019) with a learning rate that rises first and then falls as a cosine. The network
    keeps an exponential average of its weights over the last steps (Polyak and Juditsky 1992).
    """
    values = recipe.fit
    batches = values.batches or 1
    total = values.epochs * batches
    _compile(network, recipe, total)
    title = recipe.name if recipe.network.members == 1 else f"{recipe.name}, {network.name}"
    progress = checkpoint.restore(network)
    if progress.steps:
        say(console, f"{title}: goes on after {progress.steps} of {total} steps, from {checkpoint.path}")
    begun = saved = time.monotonic()
    losses: list[float] = []
    with progress_reporter(title, values.epochs, batches, console) as reporter:
        for _ in range(progress.steps):
            reporter.batch()
        for step in range(progress.steps, total):
            batch = pool.batch(step, values.batch_size)
            truth = np.stack([batch.targets, batch.weights], axis=-1)
            losses.append(float(network.train_on_batch(batch.inputs(), truth)))
            reporter.batch()
            ends_epoch = (step + 1) % batches == 0
            if ends_epoch:
                mean = float(np.mean(losses))
                progress = progress._replace(losses=(*progress.losses, mean))
                losses = []
                reporter.epoch((step + 1) // batches, mean, None)
            now = time.monotonic()
            # A checkpoint ends with an epoch, so that its losses are all there are.
            if ends_epoch and (now - saved >= CHECKPOINT_EVERY_S or step + 1 == total):
                seconds, begun, saved = progress.seconds + now - begun, now, now
                progress = Progress(step + 1, progress.losses, seconds)
                checkpoint.save(network, progress)
    network.optimizer.finalize_variable_values(network.trainable_variables)
    return FittedNetwork(network, progress.losses, None, None, progress.seconds)


def _compile(network: Any, recipe: Recipe, total: int) -> None:
    keras, values = load_keras(), recipe.fit
    warm_up = min(WARM_UP_STEPS, total // 10)
    rate = keras.optimizers.schedules.CosineDecay(
        values.learning_rate * 0.05,
        max(1, total - warm_up),
        alpha=0.01,
        warmup_target=values.learning_rate,
        warmup_steps=warm_up,
    )
    optimizer = keras.optimizers.AdamW(
        rate,
        weight_decay=WEIGHT_DECAY,
        global_clipnorm=values.clip or None,
        use_ema=True,
        ema_momentum=max(0.0, 1 - 1 / min(AVERAGED_STEPS, max(1, total // 4))),
    )
    # The steps are few and alike, so XLA pays here: it takes seconds once.
    network.compile(optimizer=optimizer, loss=weighted_quantile_loss(), jit_compile=True)
    optimizer.build(network.trainable_variables)


def weighted_quantile_loss() -> Any:
    """The pinball losses (Koenker and Bassett 1978) of the value, which count twice, and of both quantiles.

    The truth has shape (batch, outputs, 2): the targets, NaN where one is not known, and the weights of their errors.
    """
    ops = load_keras().ops

    def loss(truth: Any, predicted: Any) -> Any:
        target, weight = truth[..., 0], truth[..., 1]
        known = ops.logical_not(ops.isnan(target))
        predicted = ops.reshape(predicted, (*ops.shape(target), len(QUANTILE_PROBABILITIES)))
        # The inner `where` keeps NaN out of the gradient.
        errors = ops.where(known, target, 0.0)[..., None] - predicted
        probabilities = ops.convert_to_tensor(QUANTILE_PROBABILITIES, "float32")
        pinball = ops.maximum(probabilities * errors, (probabilities - 1) * errors)
        penalty = (2 * pinball[..., 0] + pinball[..., 1] + pinball[..., 2]) * weight
        return ops.sum(ops.where(known, penalty, 0.0)) / ops.maximum(ops.sum(ops.cast(known, "float32")), 1.0)

    return loss
