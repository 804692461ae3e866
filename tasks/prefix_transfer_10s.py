from bench.task import Task
from bench.world.acquisition import Acquisition

TASK = Task(
    name="prefix_transfer_10s",
    question="a prefix never trained on, shorter",
    train=(Acquisition(30.0, 0.3),),
    test=Acquisition(10.0, 0.3),
)
