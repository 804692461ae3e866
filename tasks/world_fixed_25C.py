from bench.task import Task
from bench.world.acquisition import Acquisition
from bench.world.equilibria import FIXED_25C

TASK = Task(
    name="world_fixed_25C",
    question="the chemistry is not quite the simulator's",
    train=(Acquisition(30.0, 0.3),),
    test=Acquisition(30.0, 0.3),
    test_world=FIXED_25C,
)
