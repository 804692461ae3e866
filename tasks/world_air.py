from dataclasses import replace

from bench.task import Task
from bench.world.acquisition import Acquisition
from bench.world.equilibria import TEMPERATURE_CORRECTED

TASK = Task(
    name="world_air",
    question="carbon dioxide is exchanged with air",
    train=(Acquisition(30.0, 0.3),),
    test=Acquisition(30.0, 0.3),
    test_world=replace(TEMPERATURE_CORRECTED, name="air", kla_per_s=1e-3),
    suite="worlds",
)
