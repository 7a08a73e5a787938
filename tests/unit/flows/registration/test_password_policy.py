"""The length of a password as pages say it: the least, the most, or both."""

from __future__ import annotations

import pytest

from flows.catalogue.load import REGISTRATION_FILES, load_catalogue
from flows.registration.password_policy import parse_policy


@pytest.mark.parametrize(
    ("said", "least", "most"),
    [
        ("Passwords must be at least 6 characters.", 6, 64),
        ("Use 8 to 20 characters.", 8, 20),
        ("8-20 characters", 8, 20),
        ("Minimum 8 characters, maximum 32 characters", 8, 32),
        ("No more than 20 characters", 0, 20),
        ("20 characters or fewer", 0, 20),
        ("Mindestens 10 Zeichen, höchstens 40 Zeichen", 10, 40),
        ("Entre 8 et 20 caractères", 8, 20),
        ("6文字以上", 6, 64),
        ("6〜20文字", 6, 20),
        ("20文字以内で入力してください", 0, 20),
        ("密码至少为6个字符", 6, 64),
        ("不超过20个字符", 0, 20),
        ("En az 6 karakter, en fazla 20 karakter", 6, 20),
        ("Co najmniej 8 znaków", 8, 64),
        ("At least 30 characters", 30, 64),
        ("The 1000 characters of a page, and 128 characters", 0, 64),
        ("Enter your name", 0, 64),
    ],
)
def test_a_page_says_how_long_a_password_may_be(said: str, least: int, most: int) -> None:
    catalogue = load_catalogue(also=REGISTRATION_FILES)
    form = catalogue.screens["register_form"]
    words = {name: catalogue.words(form, name).phrases for name in ("characters", "at_most")}
    policy = parse_policy(f"Create account\n{said}\nContinue", **words)
    assert (policy.least, policy.most) == (least, most)
