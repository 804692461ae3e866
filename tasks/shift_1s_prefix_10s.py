from bench.task import Task
from bench.world.acquisition import Acquisition

TASK = Task(
    name="shift_1s_prefix_10s",
    question="mild sampling shift on a short prefix",
    train=(Acquisition(10.0, 0.3),),
    test=Acquisition(10.0, 1.0),
)
