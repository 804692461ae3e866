from dataclasses import replace

import numpy as np
import pytest

from bench.ceiling.untold.chains import nodes_of
from bench.ceiling.untold.likelihood import CARBONATE
from bench.ceiling.untold.posterior import even_in_log, table_of, untold_posteriors
from bench.infer.integrated import Fits
from bench.infer.others import OTHERS, Other, OtherBeaker
from bench.infer.weighed import FAR, other_posterior
from bench.world.equilibria import TEMPERATURE_CORRECTED
from bench.world.laboratory import Laboratory
from bench.world.mixing import measure_in_laboratory

KNOWN, TARGETS = np.array([[50.0, 0.25, 30.0, 7.0, 0.2]]), np.array([[0.5, 1e-3]])
LABORATORY_60S = Laboratory(60.0, 2.0)


@pytest.fixture(scope="module")
def plain():
    traces = measure_in_laboratory(LABORATORY_60S, KNOWN, TARGETS, TEMPERATURE_CORRECTED, "weighed", range(1))
    return next(untold_posteriors(traces, LABORATORY_60S))


def test_nodes_along_ammonium_are_close_where_the_load_that_goes_with_it_bends(plain):
    ammonium = next(other for other in OTHERS if other.short == "ammonium")
    run = plain.run._replace(prior=np.vstack([plain.run.prior, ammonium.prior]))
    beaker = OtherBeaker(plain.known, plain.laboratory, plain.world, ammonium)
    table = table_of(beaker, even_in_log(*ammonium.ends), run.table.nodes.shape[1])
    nodes, _ = nodes_of(run._replace(table=table), len(run.prior))
    amounts = np.unique([node.point.z[CARBONATE] for node in nodes])
    assert amounts.max() > 2.0
    assert np.diff(amounts[amounts > 0.6]).max() < 0.6  # in standard deviations of the prior; 0.8 on a straight ridge


@pytest.mark.slow
def test_a_world_whose_amount_does_nothing_has_the_posterior_and_the_evidence_of_pure_water(plain):
    nothing = Other("none", "none", (1e-9, 1e-8), True, lambda world, amount: replace(world, kla_per_s=amount))
    found = other_posterior(plain, nothing)
    assert found.ok
    assert found.log_evidence == pytest.approx(plain.log_evidence, abs=0.3)
    for column in (0, 2, 3):  # E0, lag, start
        levels = np.array([each.quantile(0.5)[column] for each in (found, plain)])
        spread = plain.quantile(0.95)[column] - plain.quantile(0.05)[column]
        assert abs(levels[0] - levels[1]) < 0.15 * spread
    quarter, three = np.log(found.quantile(0.25)[6] / 1e-9), np.log(found.quantile(0.75)[6] / 1e-9)
    np.testing.assert_allclose(np.array([quarter, three]) / np.log(10.0), [0.25, 0.75], atol=0.08)  # the prior's


@pytest.mark.slow
def test_a_world_that_is_far_below_the_best_is_sampled_no_more_than_it_must(plain):
    slow = OTHERS[2]
    found = other_posterior(plain, slow, plain.log_evidence + 2.0 * FAR)
    assert len(found.weight) <= 3 * 300
    assert found.log_evidence < plain.log_evidence + FAR


@pytest.mark.slow
def test_fits_by_integrated_curves_end_where_their_slopes_do(plain):
    other = OTHERS[3]
    run = plain.run._replace(prior=np.vstack([plain.run.prior, other.prior]))
    fits = Fits(run, OtherBeaker(plain.known, plain.laboratory, plain.world, other))
    z = np.append(plain.sample.mode, 0.0)[None]
    fitted = fits.fitted(z, plain.sample.mode_beta[None], [(6,)], 12)[0]
    assert fitted.z[6] == 0.0
    around = [fits.looked((fitted.z + 0.05 * step)[None], fitted.beta[None]).value[0] for step in np.eye(7)[:5]]
    assert min(around) > fitted.value - 0.02
