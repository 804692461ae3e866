from bench.task import Task
from bench.world.laboratory import Laboratory

TASK = Task(
    name="laboratory_600s",
    question="all nuisances at once, on a long trace",
    train=(Laboratory(600.0, 4.0),),
    test=Laboratory(600.0, 4.0),
    suite="laboratory",
)
