from bench.task import Task
from bench.world.acquisition import Acquisition

TASK = Task(
    name="shift_10s_prefix_60s",
    question="severe sampling shift on a long prefix: 7 samples",
    train=(Acquisition(60.0, 0.3),),
    test=Acquisition(60.0, 10.0),
    core=True,
)
