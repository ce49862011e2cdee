from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.benchmarks.train_blocks import Options, as_dict, train
from transforms.article.block_features import FIRST, SECOND, BlockFeatures, key_of
from transforms.article.block_model import BlockModel, block_models, read_model
from transforms.article.blocks import blocks_of
from transforms.article.decode import parse_html

SENTENCE = "The council voted late on Tuesday to keep the harbour crane where it stands, after a debate of four hours."
STORY = f"<article class='story-body'><h1>Crane stays</h1><p>{SENTENCE}</p><p>Short.</p><p>{SENTENCE}</p></article>"
FAR = "".join(f"<div><div><div><a href='/{n}'>Link {n}</a></div></div></div>" for n in range(30))


def features(body: str, **known: str) -> BlockFeatures:
    tree = parse_html(f"<html><body>{body}</body></html>")
    assert tree is not None
    return BlockFeatures(blocks_of(tree), **{"title": "Crane stays", "standfirst": "", "stated": "", **known})


def column(found: BlockFeatures, name: str) -> list[float]:
    return [round(float(value), 3) for value in found.first()[:, FIRST.index(name)]]


def test_blocks_without_running_text_near_them_have_no_row() -> None:
    found = features(STORY + FAR)
    assert found.texts[:4] == ["Crane stays", SENTENCE, "Short.", SENTENCE]
    assert "Link 29" not in found.texts
    assert not len(features(FAR).chosen)
    assert features("").first().shape == (0, len(FIRST))


@pytest.mark.parametrize(
    ("name", "body", "known", "expected"),
    [
        ("is_title", STORY, {}, [1, 0, 0, 0]),
        ("repeated", STORY, {}, [0, 1, 0, 1]),
        ("full_stop", STORY, {}, [0, 1, 1, 1]),
        ("in_article", STORY, {}, [1, 1, 1, 1]),
        ("near_stories", STORY, {}, [1, 1, 1, 1]),
        ("since_heading", STORY, {}, [0, 0.1, 0.2, 0.3]),
        ("since_title", STORY, {}, [0, 0.05, 0.1, 0.15]),
        ("subject", STORY, {"title": "Harbour crane stays"}, [0.667, 0.667, 0, 0.667]),
        ("in_stated", STORY, {"stated": SENTENCE}, [0, 1, 0, 1]),
        ("guess_here", STORY, {}, [0, 1, 0, 1]),
        ("asks", f"<p>{SENTENCE}</p><p>Subscribe to it</p><p>Sign up</p>", {}, [0, 1, 1]),
        ("privacy", f"<p>{SENTENCE}</p><p>We use cookies</p>", {}, [0, 1]),
        ("credits", f"<p>{SENTENCE}</p><p>© Gull</p><p>Photo: Ada</p>", {}, [0, 1, 1]),
        ("digits", f"<p>{SENTENCE}</p><p>12 ab</p>", {}, [0, 0.4]),
        ("upper", f"<p>{SENTENCE}</p><p>ÄB 1</p>", {}, [0.019, 0.5]),
        ("linked", f"<p>{SENTENCE}</p><p><a href='/'>ab</a> cd</p>", {}, [0, 0.4]),
    ],
)
def test_a_column_says_what_its_name_says(name: str, body: str, known: dict[str, str], expected: list[float]) -> None:
    assert column(features(body, **known), name) == expected


def test_the_second_columns_add_the_chances_and_what_was_found() -> None:
    found = features(STORY)
    rows = found.second(np.array([0.1, 0.9, 0.2, 0.6], np.float32), f"{key_of(SENTENCE)} other")
    assert rows.shape == (4, len(SECOND))
    assert rows[:, SECOND.index("chance_here")].tolist() == pytest.approx([0.1, 0.9, 0.2, 0.6])
    assert rows[:, SECOND.index("guess_here")].tolist() == [0, 1, 0, 1]
    assert rows[:, SECOND.index("found_here")].tolist() == [0, 1, 0, 1]


@given(st.text(alphabet="<>/divpabcé !.\n 0", max_size=300))
def test_any_page_has_finite_features(body: str) -> None:
    found = features(body + STORY)
    first = found.first()
    assert first.shape == (len(found.chosen), len(FIRST))
    assert np.isfinite(first).all()
    assert np.isfinite(found.second(np.full(len(first), 0.5, np.float32), "")).all()


def test_a_model_asks_its_questions_of_every_block() -> None:
    model = BlockModel(
        columns=np.array([[0, 1]]),
        thresholds=np.array([[0.5, 2]], np.float32),
        values=np.array([[-1, 1, -2, 2]], np.float32),
        bias=0.5,
    )
    rows = np.array([[0, 0], [1, 0], [0, 3], [1, 3]], np.float32)
    logits = np.array([-0.5, 1.5, -1.5, 2.5])
    assert model.probabilities(rows) == pytest.approx(1 / (1 + np.exp(-logits)), rel=1e-5)
    assert model.probabilities(rows[:0]).shape == (0,)


def test_training_learns_what_the_features_tell_and_the_model_survives_its_file() -> None:
    random = np.random.default_rng(1)
    rows = random.random((400, 3)).astype(np.float32)
    is_article = (rows[:, 0] > 0.5) & (rows[:, 2] < 0.7)
    model = train(rows, is_article, np.ones(400, np.float32), Options(trees=40, depth=3, share_of_features=1.0))
    chances = model.probabilities(rows)
    assert ((chances > 0.5) == is_article).mean() > 0.97
    again = read_model(as_dict(model, ("a", "b", "c")), ("c", "b", "a"))
    assert again.probabilities(rows[:, ::-1]) == pytest.approx(chances, abs=0.002)


def test_the_models_that_come_with_the_program_know_their_columns() -> None:
    found = features(STORY + FAR)
    chances = block_models().first.probabilities(found.first())
    assert len(chances) == len(found.chosen)
    assert block_models().second.probabilities(found.second(chances, "")).shape == chances.shape
