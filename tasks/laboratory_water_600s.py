from bench.task import Task
from bench.world.laboratory import Laboratory

TASK = Task(
    name="laboratory_water_600s",
    question="carbonate that nobody measured",
    train=(Laboratory(600.0, 4.0, least_carbonate_uM=3.0, most_carbonate_uM=300.0),),
    test=Laboratory(600.0, 4.0, least_carbonate_uM=3.0, most_carbonate_uM=300.0),
    suite="laboratory",
)
