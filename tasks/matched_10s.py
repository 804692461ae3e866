from bench.task import Task
from bench.world.acquisition import Acquisition

TASK = Task(
    name="matched_10s",
    question="what training at the test interval of 10 s reaches",
    train=(Acquisition(30.0, 10.0),),
    test=Acquisition(30.0, 10.0),
)
