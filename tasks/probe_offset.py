from bench.task import Task
from bench.world.acquisition import Acquisition

TASK = Task(
    name="probe_offset",
    question="a calibration error",
    train=(Acquisition(30.0, 0.3),),
    test=Acquisition(30.0, 0.3, offset_sd=0.03),
)
