from dataclasses import replace

from bench.task import Task
from bench.world.acquisition import Acquisition
from bench.world.equilibria import TEMPERATURE_CORRECTED

TASK = Task(
    name="world_slow_co2",
    question="CO2 that the enzyme sets free is hydrated as slowly as it is",
    train=(Acquisition(30.0, 0.3),),
    test=Acquisition(30.0, 0.3),
    test_world=replace(TEMPERATURE_CORRECTED, name="slow_co2", co2_share=1.0),
    suite="worlds",
)
