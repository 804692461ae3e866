from bench.task import Task
from bench.world.acquisition import Acquisition

TASK = Task(
    name="shift_10s",
    question="sampling shift, severe: 4 samples",
    train=(Acquisition(30.0, 0.3),),
    test=Acquisition(30.0, 10.0),
    core=True,
)
