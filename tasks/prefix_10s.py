from bench.task import Task
from bench.world.acquisition import Acquisition

TASK = Task(
    name="prefix_10s",
    question="how much prefix is enough: 10 s",
    train=(Acquisition(10.0, 0.3),),
    test=Acquisition(10.0, 0.3),
    core=True,
)
