from bench.task import Task
from bench.world.acquisition import Acquisition

TASK = Task(
    name="shift_5s",
    question="sampling shift, between mild and severe: 7 samples",
    train=(Acquisition(30.0, 0.3),),
    test=Acquisition(30.0, 5.0),
    suite="intervals",
)
