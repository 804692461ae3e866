from bench.task import Task
from bench.world.acquisition import Acquisition
from bench.world.laboratory import Laboratory

TASK = Task(
    name="sim_to_laboratory",
    question="what a clean simulation teaches about a dirty trace",
    train=(Acquisition(60.0, 0.3),),
    test=Laboratory(60.0, 0.3),
    suite="laboratory",
)
