from bench.task import Task
from bench.world.acquisition import Acquisition

TASK = Task(
    name="noise_3x",
    question="noise not trained on",
    train=(Acquisition(30.0, 0.3),),
    test=Acquisition(30.0, 0.3, noise_sd=0.03),
)
