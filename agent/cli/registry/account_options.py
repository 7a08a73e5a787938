"""Arguments and options that the commands on accounts share."""

from __future__ import annotations

from typing import Annotated

import typer

Id = Annotated[str, typer.Argument(metavar="ID", help="The account.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
FromStdin = Annotated[
    bool,
    typer.Option(
        "--secrets-stdin",
        help='Read {"password": "...", "totp_secret": "..."} from standard input (Base32 or otpauth://); a terminal '
        "asks "
        "for both and shows neither.",
    ),
]


AlsoMarketplaces = Annotated[
    str | None,
    typer.Option(
        metavar="CODE,...", help="Other marketplaces of the region whose insights are read as well; '' for none."
    ),
]
AnswersMailCodes = Annotated[
    bool, typer.Option("--answer-mail-codes", help="Answer codes that the sign-in asks for by mail.")
]
PersonName = Annotated[str | None, typer.Option(metavar="NAME", help="First and last name for the new login.")]
AgreedBy = Annotated[str | None, typer.Option(metavar="NAME", help="Who accepted Amazon's conditions for it.")]
Phone = Annotated[
    str | None, typer.Option(metavar="E164", help="A phone number that no other login uses; it is typed once at most.")
]


SecretRef = Annotated[
    str | None,
    typer.Option(metavar="REF", help="Where the secrets are kept: vault://mount/path or exec://name/path."),
]
