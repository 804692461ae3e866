from dataclasses import replace

from bench.task import Task
from bench.world.acquisition import Acquisition
from bench.world.equilibria import TEMPERATURE_CORRECTED

TASK = Task(
    name="world_slow_bicarbonate",
    question="the enzyme sets bicarbonate free, and CO2 forms slowly from it",
    train=(Acquisition(30.0, 0.3),),
    test=Acquisition(30.0, 0.3),
    test_world=replace(TEMPERATURE_CORRECTED, name="slow_bicarbonate", co2_share=0.0),
    suite="worlds",
)
