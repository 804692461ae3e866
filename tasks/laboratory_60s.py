from bench.task import Task
from bench.world.laboratory import Laboratory

TASK = Task(
    name="laboratory_60s",
    question="all nuisances at once",
    train=(Laboratory(60.0, 0.3),),
    test=Laboratory(60.0, 0.3),
    suite="laboratory",
)
