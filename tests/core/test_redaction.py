"""Secrets in text, however they are written; and which values are secret."""

from __future__ import annotations

import base64
import html
import json
from urllib.parse import quote, quote_plus

import pytest

from tts_baseline.core.redaction import redacted, secrets_of

KEYS = ['sk-proj-Ab3/x+9="q"&<é>', "Zq7 plain words 41", "0123456789abcdef", 'back\\slash"key']
WRITTEN = {
    "as it is": str,
    "in upper case": str.upper,
    "in lower case": str.lower,
    "in an address": lambda key: quote(key, safe=""),
    "in an address, lower case": lambda key: quote(key, safe="").lower() if key.islower() else quote(key),
    "in an address, twice": lambda key: quote(quote(key, safe=""), safe=""),
    "in a form": quote_plus,
    "in JSON": lambda key: json.dumps(key)[1:-1],
    "in JSON, letters kept": lambda key: json.dumps(key, ensure_ascii=False)[1:-1],
    "in JSON, slashes escaped": lambda key: json.dumps(key)[1:-1].replace("/", "\\/"),
    "in JSON, every character escaped": lambda key: "".join(f"\\u{ord(c):04X}" for c in key),
    "in HTML": html.escape,
    "in HTML, by numbers": lambda key: "".join(f"&#{ord(c)};" for c in key),
    "in hexadecimal": lambda key: key.encode().hex(),
    "in base64": lambda key: base64.b64encode(key.encode()).decode(),
    "in base64 for addresses": lambda key: base64.urlsafe_b64encode(key.encode()).decode(),
}


@pytest.mark.parametrize("way", WRITTEN)
@pytest.mark.parametrize("key", KEYS)
def test_a_secret_is_masked_however_it_is_written(key: str, way: str) -> None:
    written = WRITTEN[way](key)
    assert redacted(f"401: bad key <{written}>, try again", (key,)) == "401: bad key <***>, try again"


@pytest.mark.parametrize("user", ["", "u", "us", "user", "user5:"])
def test_a_secret_within_more_base64_is_masked(user: str) -> None:
    key = "sk-0123456789-abcdefghij"
    sent = base64.b64encode(f"{user}{key}:and more".encode()).decode()
    masked = redacted(f"Basic {sent}", (key,))
    assert "***" in masked
    left = masked.removeprefix("Basic ").replace("***", "")
    assert len(left) < len(sent) - 4 * len(key) // 3 + 4


def test_the_user_of_an_address_is_masked_without_being_known() -> None:
    said = "fatal: unable to access 'https://ann:pa55@git.example/x/': and HTTPS://ghp_abc@git.example"
    assert (
        redacted(said, ())
        == "fatal: unable to access 'https://***@git.example/x/': and HTTPS://***@git.example"
    )
    assert redacted("ssh://git@git.example:22/x, me@home, 12:30 @ noon", ()) == (
        "ssh://git@git.example:22/x, me@home, 12:30 @ noon"
    )
    assert redacted("redis://:pa55word@cache:6379", ()) == "redis://***@cache:6379"


def test_the_longer_of_two_secrets_goes_first_and_none_is_no_secret() -> None:
    assert redacted("key-1 and key-12", ("key-1", "key-12", "")) == "*** and ***"
    assert redacted("nothing here", ("", "secret")) == "nothing here"


def test_names_of_settings_say_what_is_secret() -> None:
    settings = {
        "api_key": "of-settings",
        "api_key_env": "SPEECH",
        "headers": {"X-Api-Key": "of-headers", "Authorization": "Bearer of-bearer"},
        "accounts": [{"password": "of-a-list"}],
        "url": "https://ann:of-address@host/v1?version=2&sig=of-a-query#x",
        "private_key": "-----BEGIN-----\nline-of-a-key\n",
        "model": "speech-1",
        "max_tokens": "1000000",
        "token_file": "/run/token",
        "key": 41,
        "secret": "abc",
    }
    found = secrets_of(settings, {"SPEECH": " of-variable\n", "HOME": "/home/someone"})
    expected = {
        "of-settings", "of-variable", "of-headers", "Bearer of-bearer", "of-bearer", "of-a-list",
        "of-address", "of-a-query", "line-of-a-key", "-----BEGIN-----", "-----BEGIN-----\nline-of-a-key",
    }  # fmt: skip
    assert set(found) == expected


def test_names_of_variables_say_what_is_secret() -> None:
    environ = {
        "HF_TOKEN": "hf_of_variable",
        "OPENAI_API_KEY": "sk-of-variable",
        "AWS_SECRET_ACCESS_KEY": "of-aws-variable",
        "DB_PASSWORD": "of-db-variable",
        "TOKENIZERS_PARALLELISM": "false-and-long",
        "GPG_KEY": "E3FF2839C048B25C",
        "CI_TOKEN": "short",
    }
    found = secrets_of({}, environ)
    assert set(found) == {"hf_of_variable", "sk-of-variable", "of-aws-variable", "of-db-variable"}


def test_an_address_that_is_none_has_no_secret() -> None:
    assert secrets_of({"url": "http://[::1/x?key=abcdefgh"}, {}) == ()
