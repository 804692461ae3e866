from itertools import pairwise

import numpy as np
import torch
from scipy.integrate import solve_ivp

from models.s4d import MODEL, DiagonalState


def layer() -> DiagonalState:
    torch.manual_seed(0)
    return DiagonalState(3, 2, n_rates=4, states_per_rate=2, slowest=0.5, fastest=20.0)


def test_states_are_those_of_the_differential_equation():
    state, time = layer(), np.array([0.0, 0.1, 0.4, 0.5, 1.3])
    x = torch.randn(1, 5, 3, generator=torch.Generator().manual_seed(1))
    read = torch.tensor([[0.3, 0.5, 1.3]])
    with torch.no_grad():
        got = state(x, torch.from_numpy(time).float()[None], read)[0].numpy()
        held = state.enter(0.5 * (x[:, 1:] + x[:, :-1]))[0].double().numpy()
        rates = np.repeat((state.slowest * state.log_rates.exp()).double().numpy(), 2)
        states, y = [], np.zeros(8)
        stops = sorted({*time.tolist(), 0.3})
        for start, stop in pairwise(stops):
            u = held[np.searchsorted(time, start, side="right") - 1]
            y = solve_ivp(lambda t, y, u=u: rates * (u - y), (start, stop), y, rtol=1e-9, atol=1e-12).y[:, -1]
            if stop in (0.3, 0.5, 1.3):
                states.append(y)
        expected = state.leave(torch.from_numpy(np.array(states)).float()).numpy()
    np.testing.assert_allclose(got, expected, atol=1e-5)


def test_a_constant_input_drives_the_states_alike_however_often_it_was_sampled():
    state, read = layer(), torch.tensor([[1.0]])
    answers = []
    for n in (2, 5, 50):
        time = torch.linspace(0, 1, n)[None]
        answers.append(state(torch.ones(1, n, 3), time, read).detach())
    torch.testing.assert_close(answers[1], answers[0])
    torch.testing.assert_close(answers[2], answers[0])


def test_a_repeated_time_counts_for_nothing():
    state, read = layer(), torch.tensor([[1.0]])
    x = torch.randn(1, 4, 3, generator=torch.Generator().manual_seed(1))
    time = torch.tensor([[0.0, 0.4, 1.0, 1.0]])
    torch.testing.assert_close(state(x, time, read), state(x[:, :3], time[:, :3], read))


def test_what_comes_after_a_reading_does_not_reach_it():
    state, read, time = layer(), torch.tensor([[0.4]]), torch.tensor([[0.0, 0.4, 1.0]])
    x = torch.randn(1, 3, 3, generator=torch.Generator().manual_seed(1))
    changed = x.clone()
    changed[:, 2] += 5.0
    torch.testing.assert_close(state(x, time, read), state(changed, time, read))


def test_the_network_is_told_which_channel_is_time():
    assert MODEL.network(4, 5, 4).time_channel == MODEL.encoder().channels.index("time")
