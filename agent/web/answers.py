"""Answers of people as the web role takes them.

How refusals are told, and what they are sealed to.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from agent.actions.requests import WhichRequestError
from agent.domain.requests import NotAnAnswerError
from agent.store.people.requests import NoOpenRequestError, RequestExpiredError
from agent.web.http.problems import Code, Problem, invalid
from agent.web.parts import WebParts


@contextmanager
def answering(pointer: str = "/body/code") -> Iterator[None]:
    """Turn why an answer is not taken into a problem.

    Raises:
        Problem: 409, 410, 422.
    """
    try:
        yield
    except NoOpenRequestError as err:
        raise Problem(409, Code.NO_OPEN_REQUEST, "No visit waits for this answer; it may be given already.") from err
    except RequestExpiredError as err:
        raise Problem(410, Code.REQUEST_EXPIRED, "The time for this answer is over; it will be asked again.") from err
    except WhichRequestError as err:
        raise invalid("The account waits for several codes; name the request.", pointer="/body/request") from err
    except NotAnAnswerError as err:
        raise invalid(str(err), pointer=pointer) from err


def require_sealing_key(parts: WebParts) -> str:
    """The public key that secrets are sealed to.

    Raises:
        Problem: 503, this process can keep no secrets.
    """
    if (key := parts.sealing_key) is None:
        raise Problem(503, Code.SECRETS_NOT_TAKEN, "This process can keep no secrets: VAULT_PUBLIC_KEY is not set.")
    return key
