from bench.task import Task
from bench.world.acquisition import Acquisition

TASK = Task(
    name="sparse_times",
    question="five samples at random times",
    train=(Acquisition(30.0, 0.3),),
    test=Acquisition(26.2, 6.5, jitter_s=3.2),
    suite="worlds",
)
