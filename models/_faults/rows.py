"""Every row of the audit: a base with one stage or setting replaced.

Each is a statement of its own, so that each has a digest of its own. First come the rows on ``tcn_dt`` and
``tcn_dt_nll``, then those on ``tcn_dt_subsampled``, then the pipeline as found and what it becomes without one fault.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields

from models._faults.as_found import (
    AsFound,
    FixedPhEncoder,
    FixedTimeEncoder,
    InterpolatedEncoder,
    MaskedEncoder,
    RepairedEncoder,
    SeededAsFound,
    SequenceTimeEncoder,
    StudyEncoder,
)
from models._faults.cells import SequenceTimeCells, TimelessCells
from models._faults.known_inputs import WithoutInitialPh, WithoutKnown
from models._faults.last_window import LastWindow, Patched, Pooled
from models._faults.layers import batch_normalized, dropping
from models._faults.losses import ClampedNll, PlainNll, RegularisedNll, UnboundedNll
from models._faults.padding import EdgePadding, Interpolation
from models._faults.ph_scale import GlobalPh, SequencePh
from models._faults.schedules import ConstantMuon, PlateauMuon
from models._faults.split import UnseededSplit
from models._faults.study_network import StudyNetwork
from models._faults.time_scale import GlobalTime, SecondsTime, SequenceTime
from models._sequence.encoder import Encoder
from models._sequence.network import SequenceNetwork
from models._sequence.pipeline import SequenceModel
from models._sequence.time_cells import OnTimeCells
from models._sequence.training import Training
from models.tcn_dt import TcnDt
from models.tcn_dt_nll import TcnDtNll
from models.tcn_dt_subsampled import TcnDtSubsampled

ALL, NO_RISE = ("ph", "rise", "time", "dt"), ("ph", "time", "dt")
"""Channels; a z-score of pH leaves no level above which pH could rise."""
ADAMW_RATE = 2e-3
"""Learning rate that was chosen for AdamW, on validation cases."""
Network = Callable[..., SequenceNetwork]
"""Stage 3: of a model, and the numbers of channels, known inputs and outputs."""


def row(base: type[SequenceModel], *mixed: type, **replaced: object) -> SequenceModel:
    """Base with classes mixed in, and with settings and stages replaced; an encoder or a loss is given as a value."""
    settings = {field.name: field.type for field in fields(base) if field.name in replaced}
    for stage in {"encoder", "loss"} & replaced.keys():
        replaced[stage] = _always(replaced[stage])
    return dataclass(frozen=True)(type("Row", (*mixed, base), {"__annotations__": settings, **replaced}))()


def _always(stage: object) -> Callable[[SequenceModel], object]:
    """A stage that is the same whatever the settings."""
    return lambda model: stage


def trained(kind: type[Training], **settings: float) -> Callable[[SequenceModel], Training]:
    """Stage 5: another loop, with the model's settings but for some."""
    return lambda model: kind(**asdict(SequenceModel.training(model)) | settings)


def changed(network: Network, *changes: Callable[[SequenceNetwork], SequenceNetwork]) -> Network:
    """Stage 3: a network, changed after it was built."""

    def built(model: SequenceModel, *sizes: int) -> SequenceNetwork:
        layers = network(model, *sizes)
        for change in changes:
            layers = change(layers)
        return layers

    return built


def last_29(network: SequenceNetwork) -> SequenceNetwork:
    """Receptive field of 29 samples."""
    return LastWindow(network, 29)


def patched(model: TcnDt, *sizes: int) -> SequenceNetwork:
    """Stage 3: eight samples at a time."""
    return Patched(*sizes, model.width, model.n_blocks)


def pooled(model: TcnDt, *sizes: int) -> SequenceNetwork:
    """Stage 3: read as the mean of all states."""
    return Pooled(*sizes, model.width, model.n_blocks)


def pooled_32(model: TcnDt, *sizes: int) -> SequenceNetwork:
    """Stage 3: read as the mean of all states, each of which has seen 32 samples."""
    return Pooled(*sizes, model.width, n_blocks=4)


def study(model: TcnDt, *sizes: int) -> SequenceNetwork:
    """Stage 3: that of the study, without dropout."""
    return StudyNetwork(*sizes, model.width, n_blocks=3)


def study_253(model: TcnDt, *sizes: int) -> SequenceNetwork:
    """Stage 3: that of the study with as many blocks as see every trace."""
    return StudyNetwork(*sizes, model.width, n_blocks=6)


def timeless(model: TcnDtSubsampled, *sizes: int) -> SequenceNetwork:
    """Stage 3: cells without time and dt; where a cell lies is still settled by the seconds."""
    time, dt = map(model.encoder().channels.index, ("time", "dt"))
    return OnTimeCells(TcnDt.network(model, *sizes), TimelessCells(time, model.n_cells, model.grading, (time, dt)))


def within_trace(model: TcnDtSubsampled, *sizes: int) -> SequenceNetwork:
    """Stage 3: cells with the same times in every trace."""
    time = model.encoder().channels.index("time")
    return OnTimeCells(TcnDt.network(model, *sizes), SequenceTimeCells(time, model.n_cells, model.grading))


def study_dropout(network: SequenceNetwork) -> SequenceNetwork:
    """Dropout of the study."""
    return dropping(network, blocks=0.2, head=0.1)


def less_dropout(network: SequenceNetwork) -> SequenceNetwork:
    """Dropout that is proposed."""
    return dropping(network, blocks=0.1, head=0.05)


time_global_z = row(TcnDt, encoder=GlobalTime(ALL))
time_sequence_z = row(TcnDt, encoder=SequenceTime(ALL))
time_in_seconds = row(TcnDt, encoder=SecondsTime(ALL))
time_dropped = row(TcnDt, encoder=Encoder(("ph", "rise")))
edge_padding = row(TcnDt, encoder=EdgePadding(ALL))
interpolation = row(TcnDt, encoder=Interpolation(ALL))
split_unseeded = row(TcnDt, UnseededSplit)
ph_global_z = row(TcnDt, encoder=GlobalPh(NO_RISE))
ph_sequence_z = row(TcnDt, encoder=SequencePh(NO_RISE))
initial_ph_dropped = row(TcnDt, encoder=WithoutInitialPh(NO_RISE))
known_dropped = row(TcnDt, encoder=WithoutKnown(NO_RISE))
nll_plain = row(TcnDtNll, loss=PlainNll())
nll_unbounded = row(TcnDtNll, loss=UnboundedNll())
nll_clamped = row(TcnDtNll, loss=ClampedNll())
nll_regularised = row(TcnDtNll, loss=RegularisedNll())
receptive_field_29 = row(TcnDt, network=changed(TcnDt.network, last_29))
receptive_field_32_pooled = row(TcnDt, network=pooled_32)
read_pooled = row(TcnDt, network=pooled)
patches_of_8 = row(TcnDt, network=patched)
width_halved = row(TcnDt, width=TcnDt.width // 2)
width_doubled = row(TcnDt, width=TcnDt.width * 2)
dropout = row(TcnDt, network=changed(TcnDt.network, study_dropout))
batch_norm = row(TcnDt, network=changed(TcnDt.network, batch_normalized))
rate_times_10 = row(TcnDt, learning_rate=TcnDt.learning_rate * 10)
rate_tenth = row(TcnDt, learning_rate=TcnDt.learning_rate / 10)
no_clipping = row(TcnDt, clip_norm=math.inf)
patience_10 = row(TcnDt, patience=10)
patience_1 = row(TcnDt, patience=1)
no_schedule = row(TcnDt, training=trained(ConstantMuon))
plateau_schedule = row(TcnDt, training=trained(PlateauMuon))
adamw = row(TcnDt, training=trained(Training, learning_rate=ADAMW_RATE))

subsampled_time_sequence_z = row(TcnDtSubsampled, network=within_trace)
subsampled_time_dropped = row(TcnDtSubsampled, network=timeless)
subsampled_tcn = row(TcnDtSubsampled, encoder=Encoder(("ph", "rise", "time")))
subsampled_edge_padding = row(TcnDtSubsampled, encoder=EdgePadding(ALL))
subsampled_interpolation = row(TcnDtSubsampled, encoder=Interpolation(ALL))
subsampled_split_unseeded = row(TcnDtSubsampled, UnseededSplit)
subsampled_ph_global_z = row(TcnDtSubsampled, encoder=GlobalPh(NO_RISE))
subsampled_ph_sequence_z = row(TcnDtSubsampled, encoder=SequencePh(NO_RISE))
subsampled_initial_ph_dropped = row(TcnDtSubsampled, encoder=WithoutInitialPh(NO_RISE))
subsampled_known_dropped = row(TcnDtSubsampled, encoder=WithoutKnown(NO_RISE))
subsampled_nll_plain = row(TcnDtSubsampled, loss=PlainNll())
subsampled_nll_unbounded = row(TcnDtSubsampled, loss=UnboundedNll())
subsampled_receptive_field_29 = row(TcnDtSubsampled, network=changed(TcnDtSubsampled.network, last_29))
subsampled_width_halved = row(TcnDtSubsampled, width=TcnDtSubsampled.width // 2)
subsampled_width_doubled = row(TcnDtSubsampled, width=TcnDtSubsampled.width * 2)
subsampled_dropout = row(TcnDtSubsampled, network=changed(TcnDtSubsampled.network, study_dropout))
subsampled_batch_norm = row(TcnDtSubsampled, network=changed(TcnDtSubsampled.network, batch_normalized))
subsampled_rate_times_10 = row(TcnDtSubsampled, learning_rate=TcnDtSubsampled.learning_rate * 10)
subsampled_rate_tenth = row(TcnDtSubsampled, learning_rate=TcnDtSubsampled.learning_rate / 10)
subsampled_no_clipping = row(TcnDtSubsampled, clip_norm=math.inf)
subsampled_patience_10 = row(TcnDtSubsampled, patience=10)
subsampled_patience_1 = row(TcnDtSubsampled, patience=1)

as_found = row(AsFound)
as_found_fixed_time = row(AsFound, encoder=FixedTimeEncoder(("ph", "time")))
as_found_time_sequence_z = row(AsFound, encoder=SequenceTimeEncoder(("ph", "time")))
as_found_dt = row(AsFound, encoder=StudyEncoder(NO_RISE))
as_found_masked = row(AsFound, encoder=MaskedEncoder(("ph", "time")))
as_found_interpolation = row(AsFound, encoder=InterpolatedEncoder(("ph", "time")))
as_found_seeded_split = row(SeededAsFound)
as_found_fixed_ph = row(AsFound, encoder=FixedPhEncoder(("ph", "rise", "time")))
as_found_receptive_field_253 = row(AsFound, network=changed(study_253, study_dropout))
as_found_no_dropout = row(AsFound, network=study)
as_found_batch_norm = row(AsFound, network=changed(AsFound.network, batch_normalized))
as_found_tuned_rate = row(AsFound, learning_rate=ADAMW_RATE)
as_found_clipping = row(AsFound, clip_norm=TcnDt.clip_norm)
as_found_patience_40 = row(AsFound, patience=TcnDt.patience)
as_found_cosine = row(AsFound, training=SequenceModel.training)
as_found_repaired = row(
    SeededAsFound,
    encoder=RepairedEncoder(NO_RISE),
    network=changed(study, less_dropout, batch_normalized),
    clip_norm=TcnDt.clip_norm,
)
"""Every repair that the seed audit puts first, in its own words and numbers; its clamp concerns another loss."""
