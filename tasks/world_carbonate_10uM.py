from dataclasses import replace

from bench.task import Task
from bench.world.acquisition import Acquisition
from bench.world.equilibria import TEMPERATURE_CORRECTED

TASK = Task(
    name="world_carbonate_10uM",
    question="ten micromoles of carbonate in the water, which any water has",
    train=(Acquisition(30.0, 0.3),),
    test=Acquisition(30.0, 0.3),
    test_world=replace(TEMPERATURE_CORRECTED, name="carbonate_10uM", carbonate_uM=10.0),
    suite="worlds",
)
