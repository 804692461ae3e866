from bench.task import Task
from bench.world.acquisition import Acquisition

TASK = Task(
    name="mixed_sampling",
    question="training on all intervals, a third of the cases each",
    train=(
        Acquisition(30.0, 0.3),
        Acquisition(30.0, 1.0),
        Acquisition(30.0, 10.0),
    ),
    test=Acquisition(30.0, 10.0),
)
