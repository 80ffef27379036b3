"""How many optimizer steps fit into a budget of minutes: by a table of operations a step, never by a clock.

The table makes one seed give one model wherever it is trained. It was measured on two cores of a small machine, with
Keras 3.15 and TensorFlow 2.21.
"""

from typing import NamedTuple

CELL_STEP_S = 1.0e-4  # of each step through time, for a batch of any size
S_PER_OPERATION = 4.5e-11  # of the products in it, forward and back: about 22 billion a second
GATES = 4
FORWARD_AND_BACK = 6  # operations for each weight and row: a product takes two, and going back takes two such

USUAL_MINUTES = 10.0
FIT_SHARE = 0.72  # of the minutes: the others are for reading, looking, testing and writing
TRIAL_SHARE = 0.07  # of the time to fit, for each plan that is tried
LEARN_ON_SHARE = 0.12
MAX_MEMBERS, MAX_SMALL_MEMBERS = 3, 5
STEPS_OF_A_MEMBER = 1_500  # that it should have before there is another one
MOST_PASSES, LEAST_STEPS = 60, 600  # over the training samples
EPOCHS, TRIAL_EPOCHS, FEEDBACK_SHARE = 30, 8, 0.25


class Size(NamedTuple):
    """What decides what a step of the optimizer costs: rows in a batch, steps through time, inputs, units."""

    batch_size: int
    time_steps: int
    channels: int
    units: int

    @property
    def step_s(self) -> float:
        """What it takes, in seconds of the machine of the table."""
        operations = FORWARD_AND_BACK * GATES * self.units * (self.units + self.channels) * self.batch_size
        return self.time_steps * (CELL_STEP_S + S_PER_OPERATION * operations)


class Schedule(NamedTuple):
    """How long networks are trained: members, epochs of batches, then epochs in free running and on all rows."""

    members: int
    epochs: int
    batches: int
    feedback_epochs: int
    learn_on: int

    def values(self) -> dict[str, int]:
        """As a recipe's values; patience never ends a phase, so that its best weights are kept."""
        return {**self._asdict(), "patience": self.epochs + self.feedback_epochs}


def schedule(size: Size, seconds: float, samples: int, *, feedback: bool, trial: bool) -> Schedule:
    """How long to train in so many seconds of the table's machine, on so many training samples.

    Few samples are not gone through more than `MOST_PASSES` times; what is left then goes to further members. A trial
    is one short member.
    """
    most = max(LEAST_STEPS, MOST_PASSES * samples // size.batch_size)
    affordable = max(1, int(seconds / size.step_s))
    if trial:
        members, learn_on_share, epochs = 1, 0.0, TRIAL_EPOCHS
    else:
        limit = MAX_MEMBERS if affordable < 2 * most else MAX_SMALL_MEMBERS
        members = min(limit, max(1, affordable // min(STEPS_OF_A_MEMBER, most)))
        learn_on_share, epochs = LEARN_ON_SHARE, EPOCHS
    steps = min(affordable // members, most)
    feedback_share = FEEDBACK_SHARE if feedback else 0.0
    batches = max(1, round(steps * (1 - learn_on_share - feedback_share) / epochs))
    return Schedule(
        members=members,
        epochs=epochs,
        batches=batches,
        feedback_epochs=max(1, round(steps * feedback_share / batches)),
        learn_on=max(1, round(steps * learn_on_share / batches)) if learn_on_share else 0,
    )
