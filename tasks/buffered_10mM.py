from dataclasses import replace

from bench.task import Task
from bench.world.acquisition import Acquisition
from bench.world.buffers import Buffer
from bench.world.equilibria import TEMPERATURE_CORRECTED

TASK = Task(
    name="buffered_10mM",
    question="an ordinary buffered assay",
    train=(Acquisition(60.0, 1.0),),
    test=Acquisition(60.0, 1.0),
    train_world=replace(TEMPERATURE_CORRECTED, name="HEPES_10mM", buffer=Buffer("HEPES", 10.0)),
    test_world=replace(TEMPERATURE_CORRECTED, name="HEPES_10mM", buffer=Buffer("HEPES", 10.0)),
    suite="laboratory",
)
