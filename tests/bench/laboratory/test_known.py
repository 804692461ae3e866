import pytest

from bench.errors import BenchError
from bench.laboratory.known import Stated

READ = {
    "Urea: 240.22 mg/dL": 40.0,
    "Urea: 2.4022 g per L": 40.0,
    "Urea: 0.24022 % (w/v)": 40.0,
    "Urea: 40000 µmol/L": 40.0,
    "Urea = 4e1 mmol·L⁻¹": 40.0,
    "Urea [mM]: 40 mM": 40.0,
    "Urea;mM;40": 40.0,
    "Urea:;40,0;mM;;": 40.0,
    "Urea (mM),40,,": 40.0,
    "# Temperature: 25 C; Urea: 40 mM": 40.0,
    "Harnstoffkonzentration: 0,04 mol/l": 40.0,
    "Urée : 40 mM": 40.0,
    "Ureia (mM);40": 40.0,
    "尿素浓度：40 mM": 40.0,
    "Urea stock: 1 M": 0.0,
    "Urea: as usual": 0.0,
    "Urea 40 mM": 0.0,
}
ONE = "Write that of the reaction mixture alone, or give --substrate in mM."
REFUSED = {
    "Urea: 80 diluted 1:1, 40 final": f"value must be one number with one unit, got '80 diluted 1:1, 40 final'. {ONE}",
    "Urea: 4x10^1 mM": f"value must be one number with one unit, got '4x10^1 mM'. {ONE}",
    "Urea: 40 ± 1 mM": f"value must be one number with one unit, got '40 ± 1 mM'. {ONE}",
    "Urea: 40? mM": f"value must be one number with one unit, got '40? mM'. {ONE}",
    "Urea: 1 000 mM": f"value must be one number with one unit, got '1 000 mM'. {ONE}",
    "Urea: 1,000 mM": "number must have one decimal sign and none of thousands, got '1,000'. "
    "Write it so, or give --substrate in mM.",
    "Urea: 40 ppm": "unit must be one of mM, M, uM, g/L, mg/L, mg/dL, % (w/v), got 'ppm'. "
    "Write 'Urea [mM]', or give --substrate in mM.",
    "Urea [mM]: 0.04 M": "unit must be mM, as in the name, got 'M'. Keep one of them, or give --substrate in mM.",
}


@pytest.mark.parametrize("line", READ)
def test_a_known_input_is_one_number_and_one_unit_in_the_cell_or_the_name(line):
    stated = Stated("a.csv")
    stated.remark(0, line, ".")
    assert stated.given.get("substrate_mM", (0.0,))[0] == pytest.approx(READ[line], rel=1e-4)


@pytest.mark.parametrize("line", REFUSED)
def test_anything_more_is_refused_with_the_line_and_the_option_that_says_it(line):
    with pytest.raises(BenchError) as caught:
        Stated("a.csv").remark(6, line, ".")
    assert str(caught.value).removeprefix("a.csv, line 7 ").partition(": ")[2] == REFUSED[line]
    Stated("a.csv", {"substrate_mM": (40.0, "option")}).remark(6, line, ".")


def test_temperatures_in_fahrenheit_and_kelvin_agree_and_what_is_not_used_stops_nobody():
    stated = Stated("a.csv")
    for row, line in enumerate(("Temperature: 77 °F", "Temp [K]: 298.15", "Urease: 10 U/mL", "Volume: 200 + 5 mL")):
        stated.remark(row, line, ".")
    assert stated.given == {"temperature_C": (pytest.approx(25.0), "line 1")}
