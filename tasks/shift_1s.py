from bench.task import Task
from bench.world.acquisition import Acquisition

TASK = Task(
    name="shift_1s",
    question="sampling shift, mild",
    train=(Acquisition(30.0, 0.3),),
    test=Acquisition(30.0, 1.0),
    core=True,
)
