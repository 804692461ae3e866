from bench.task import Task
from bench.world.acquisition import Acquisition

TASK = Task(
    name="shift_500ms",
    question="sampling shift, the mildest: 61 samples",
    train=(Acquisition(30.0, 0.3),),
    test=Acquisition(30.0, 0.5),
    suite="intervals",
)
