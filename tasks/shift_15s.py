from bench.task import Task
from bench.world.acquisition import Acquisition

TASK = Task(
    name="shift_15s",
    question="sampling shift, beyond any remedy: 3 samples",
    train=(Acquisition(30.0, 0.3),),
    test=Acquisition(30.0, 15.0),
    suite="worlds",
)
