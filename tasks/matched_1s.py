from bench.task import Task
from bench.world.acquisition import Acquisition

TASK = Task(
    name="matched_1s",
    question="what training at the test interval of 1 s reaches",
    train=(Acquisition(30.0, 1.0),),
    test=Acquisition(30.0, 1.0),
)
