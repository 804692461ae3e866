from bench.task import Task
from bench.world.laboratory import Laboratory

TASK = Task(
    name="laboratory_shift_10s",
    question="all nuisances at once, sampled otherwise than in training",
    train=(Laboratory(60.0, 0.3),),
    test=Laboratory(60.0, 10.0),
    suite="laboratory",
)
