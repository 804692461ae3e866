from bench.task import Task
from bench.world.acquisition import Acquisition

TASK = Task(
    name="probe_lag",
    question="an electrode slower than the model",
    train=(Acquisition(30.0, 0.3),),
    test=Acquisition(30.0, 0.3, lag_s=2.0),
)
