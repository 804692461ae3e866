from bench.task import Task
from bench.world.acquisition import Acquisition
from bench.world.laboratory import Laboratory

TASK = Task(
    name="outliers",
    question="bubbles",
    train=(Acquisition(30.0, 0.3),),
    test=Laboratory(
        30.0,
        0.3,
        noise_sd=0.01,
        offset_sd=0.0,
        noise_factor=1.0,
        longest_lag_s=0.0,
        start_sd_s=0.0,
        longest_ramp_s=0.0,
        drift_sd_per_s=0.0,
        step_ph=0.0,
        outlier_fraction=0.02,
        outlier_sd=0.3,
        initial_ph_sd=0.0,
        substrate_share_sd=0.0,
        temperature_sd_C=0.0,
    ),
    suite="laboratory",
)
