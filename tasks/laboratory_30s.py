from bench.task import Task
from bench.world.laboratory import Laboratory

TASK = Task(
    name="laboratory_30s",
    question="all nuisances at once, on a short trace",
    train=(Laboratory(30.0, 0.3),),
    test=Laboratory(30.0, 0.3),
    suite="laboratory",
)
