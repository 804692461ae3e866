from bench.task import Task
from bench.world.acquisition import Acquisition

TASK = Task(
    name="prefix_60s",
    question="how much prefix is enough: 60 s",
    train=(Acquisition(60.0, 0.3),),
    test=Acquisition(60.0, 0.3),
    core=True,
)
