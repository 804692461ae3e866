"""The pipeline as the study has it, with all its faults together."""

from __future__ import annotations

from models._faults.as_found import AsFound

MODEL = AsFound()
