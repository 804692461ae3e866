from bench.task import Task
from bench.world.acquisition import Acquisition

TASK = Task(
    name="in_distribution",
    question="can the model do it at all",
    train=(Acquisition(30.0, 0.3),),
    test=Acquisition(30.0, 0.3),
    core=True,
)
