from bench.task import Task
from bench.world.acquisition import Acquisition

TASK = Task(
    name="shift_10s_resampled",
    question="does interpolating 10 s samples onto the training grid carry its own shift",
    train=(Acquisition(30.0, 0.3),),
    test=Acquisition(30.0, 10.0, resample_interval_s=0.3),
)
