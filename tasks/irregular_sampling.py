from bench.task import Task
from bench.world.acquisition import Acquisition

TASK = Task(
    name="irregular_sampling",
    question="real logs: jittered times, 30 % of the samples dropped",
    train=(Acquisition(30.0, 0.3),),
    test=Acquisition(30.0, 0.3, jitter_s=0.1, drop_fraction=0.3),
)
