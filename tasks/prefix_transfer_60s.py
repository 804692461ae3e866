from bench.task import Task
from bench.world.acquisition import Acquisition

TASK = Task(
    name="prefix_transfer_60s",
    question="a prefix never trained on, longer",
    train=(Acquisition(30.0, 0.3),),
    test=Acquisition(60.0, 0.3),
)
