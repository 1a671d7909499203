"""Contrast of the colour tokens, by the formula of WCAG 2.2 (relative luminance, contrast ratio)."""

from __future__ import annotations

import re

import pytest

from mltrack.bundles import STATIC

CSS = (STATIC / "css" / "tokens.css").read_text()
PAIR = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);")
BLOCK, MORE = CSS.split("@media (prefers-contrast: more)")
TOKENS = {name: (light, dark) for name, light, dark in PAIR.findall(BLOCK)}
MORE_TOKENS = {**TOKENS, **{name: (light, dark) for name, light, dark in PAIR.findall(MORE)}}
GROUNDS = ("page", "surface", "raised", "sunken", "hover")
TEXTS = ("ink", "ink-2", "ink-3", "accent", "ok", "warn", "bad", "mute", "info")
TONES = ("ok", "warn", "bad", "mute", "info")


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_formula_gives_the_known_extremes() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("text", TEXTS)
def test_texts_are_readable_on_every_ground(text: str, ground: str, theme: int) -> None:
    assert contrast(TOKENS[text][theme], TOKENS[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("tone", TONES)
@pytest.mark.parametrize("text", ["", "ink", "ink-2"])
def test_words_are_readable_on_the_ground_of_their_tone(text: str, tone: str, theme: int) -> None:
    assert contrast(TOKENS[text or tone][theme], TOKENS[f"{tone}-bg"][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_primary_buttons_and_chosen_things_are_readable(theme: int) -> None:
    assert contrast(TOKENS["on-primary"][theme], TOKENS["primary"][theme]) >= 7
    assert contrast(TOKENS["accent"][theme], TOKENS["accent-bg"][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ground", GROUNDS)
def test_edges_of_controls_are_seen(ground: str, theme: int) -> None:
    assert contrast(TOKENS["edge"][theme], TOKENS[ground][theme]) >= 3


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("text", ["ink-2", "ink-3"])
def test_more_contrast_gives_more(text: str, theme: int) -> None:
    assert contrast(MORE_TOKENS[text][theme], MORE_TOKENS["page"][theme]) >= 7


def test_colours_live_in_the_tokens_alone() -> None:
    for path in (STATIC / "css").glob("*.css"):
        if path.name != "tokens.css":
            found = re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(", path.read_text())
            assert found in ([], ["#ffffff"]), f"{path.name}: {found}"


def test_every_token_in_use_exists() -> None:
    defined = set(re.findall(r"(--[\w-]+):", CSS))
    used = {
        name for path in (STATIC / "css").glob("*.css") for name in re.findall(r"var\((--[\w-]+)\)", path.read_text())
    }
    assert used <= defined
