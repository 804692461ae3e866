from bench.task import Task
from bench.world.acquisition import Acquisition

TASK = Task(
    name="shift_3s",
    question="sampling shift, between mild and severe: 11 samples",
    train=(Acquisition(30.0, 0.3),),
    test=Acquisition(30.0, 3.0),
    suite="intervals",
)
