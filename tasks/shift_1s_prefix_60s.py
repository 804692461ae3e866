from bench.task import Task
from bench.world.acquisition import Acquisition

TASK = Task(
    name="shift_1s_prefix_60s",
    question="mild sampling shift on a long prefix",
    train=(Acquisition(60.0, 0.3),),
    test=Acquisition(60.0, 1.0),
)
